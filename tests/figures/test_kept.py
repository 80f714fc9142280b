"""Lines of what gates keep of each channel, read off `figure.data`."""

import numpy as np

from figures.kept import kept_channels


def test_lines_follow_the_order_and_name_their_channels():
    first, second = np.array([0.5, np.nan, 0.25]), np.array([1.0, 2.0, 3.0])
    figure = kept_channels([("one", first), ("two", second)], order=(2, 0, 1), channel="channel", share="share")
    one, two = figure.data
    assert (one.name, two.name) == ("one", "two")
    np.testing.assert_array_equal(one.y, [0.25, 0.5, np.nan])  # NaN leaves a gap, it is not drawn as 0
    assert list(two.y) == [3, 1, 2]
    assert list(one.x) == list(two.x) == [0, 1, 2]
    assert list(one.customdata) == ["2", "0", "1"]
    assert one.line.dash != two.line.dash  # not distinguished by colour alone
    assert figure.layout.xaxis.title.text == "channel"
    assert figure.layout.yaxis.title.text == "share"
    assert "channel %{customdata}" in one.hovertemplate
