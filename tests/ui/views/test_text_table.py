"""Tables of texts, beside those that pandas makes."""

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.dataframe_util import convert_anything_to_arrow_bytes

from ui.views.text_table import text_table

COLUMNS = ("gate", "maps", "what it is")


@pytest.mark.parametrize(
    "rows", [[("SE", "1", "weights of channels"), ("CBAM", "", "both"), ("門", "2", "注意力")], [("a", "b", "c")], []]
)
def test_the_browser_gets_what_a_frame_with_an_index_would_give(rows):
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=str).set_index("gate")
    found = text_table(COLUMNS, rows)
    assert found.to_pandas().equals(frame)
    if rows:
        assert convert_anything_to_arrow_bytes(found) == convert_anything_to_arrow_bytes(frame)
    assert pa.Table.from_pandas(frame).column_names == found.column_names


def test_a_row_that_is_too_short():
    with pytest.raises(ValueError, match="argument"):
        text_table(COLUMNS, [("a", "b", "c"), ("d", "e")])
