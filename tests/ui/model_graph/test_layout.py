"""Positions of boxes, edges and labels: nothing covers anything else, everything runs downwards."""

import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ui.model_graph.layout import BOXES, Form, lay_out
from ui.model_graph.order import Piece, crossings

WIDTH, HEIGHT = BOXES.width, BOXES.height


@st.composite
def graphs(draw):
    """Names in the order of the graph and edges that only lead onwards."""
    count = draw(st.integers(1, 12))
    names = [f"n{number}" for number in range(count)]
    pairs = [(a, b) for place, a in enumerate(names) for b in names[place + 1 :]]
    return names, draw(st.lists(st.sampled_from(pairs), max_size=20, unique=True)) if pairs else []


@settings(deadline=None, max_examples=60)
@given(graphs())
def test_boxes_do_not_touch_and_edges_go_down(graph):
    """Whatever the graph: boxes keep their distance, edges start below one box and end above the other."""
    names, edges = graph
    layout = lay_out(names, edges)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            (x0, y0), (x1, y1) = layout.centres[one], layout.centres[other]
            assert abs(x0 - x1) >= WIDTH or abs(y0 - y1) >= HEIGHT
    for (source, target), path in zip(edges, layout.paths, strict=True):
        (x, y), (end_x, end_y) = path[0], path[-1]
        assert (x, y) == (layout.centres[source][0], layout.centres[source][1] + HEIGHT / 2)
        assert abs(end_x - layout.centres[target][0]) < WIDTH / 2
        assert end_y == layout.centres[target][1] - HEIGHT / 2
        assert all(below > above for (_, above), (_, below) in pairwise(path))
    assert all(x - WIDTH / 2 >= -1e-6 and x + WIDTH / 2 <= layout.width + 1e-6 for x, _ in layout.centres.values())
    assert all(y - HEIGHT / 2 >= 0 and y + HEIGHT / 2 <= layout.height for _, y in layout.centres.values())


@settings(deadline=None, max_examples=40)
@given(graphs())
def test_a_long_edge_goes_round_boxes(graph):
    """Where an edge passes a row, it passes between the boxes of that row."""
    names, edges = graph
    layout = lay_out(names, edges)
    for path in layout.paths:
        for x, y in path[1:-1]:
            beside = [at for at, level in layout.centres.values() if level == y]
            assert all(abs(x - at) > WIDTH / 2 for at in beside)


def test_a_diamond_by_hand():
    """One above, two beside each other in the middle, one below; the ends are centred over the middle."""
    layout = lay_out(["a", "b", "c", "d"], [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")])
    assert layout.rows == {"a": 0, "b": 1, "c": 1, "d": 2}
    x = {name: at for name, (at, _) in layout.centres.items()}
    assert x["a"] == x["d"] == (x["b"] + x["c"]) / 2
    assert abs(layout.paths[2][-1][0] - layout.paths[3][-1][0]) > 10  # two edges do not arrive in one point


def test_an_input_stands_right_above_what_it_leads_to():
    """An input of the last merge is not drawn at the top of the model."""
    layout = lay_out(["a", "b", "c", "late", "m"], [("a", "b"), ("b", "c"), ("c", "m"), ("late", "m")])
    assert layout.rows["late"] == layout.rows["c"] == 2


def test_crossings_are_counted_and_taken_away():
    """Two edges that cross count once, and a graph that can be drawn without crossings is."""
    a, b, c, d = (Piece(row, WIDTH) for row in (0, 0, 1, 1))
    for upper, lower in ((a, d), (b, c)):
        upper.down.append(lower)
        lower.up.append(upper)
    b.index, d.index = 1, 1
    assert crossings([[a, b], [c, d]]) == 1
    layout = lay_out(["a", "b", "c", "d"], [("a", "d"), ("b", "c")])
    x = {name: at for name, (at, _) in layout.centres.items()}
    assert (x["a"] < x["b"]) == (x["d"] < x["c"])


def test_the_same_graph_is_always_drawn_alike():
    """A picture that jumps between two runs could not be followed."""
    names = [f"n{number}" for number in range(30)]
    chance = random.Random(7)
    edges = [(names[place - chance.randint(1, min(place, 5))], names[place]) for place in range(1, 30)]
    assert lay_out(names, edges) == lay_out(names, edges)


def test_more_edges_than_have_room():
    """Two hundred layers that all feed all others: drawn straight from some point on, not computed for ever."""
    names = [f"n{number}" for number in range(200)]
    edges = [(a, b) for place, a in enumerate(names) for b in names[place + 1 :]]
    layout = lay_out(names, edges)
    assert sum(len(path) - 2 for path in layout.paths) <= 20_000
    assert layout.rows["n199"] == 199


def test_nothing_to_draw():
    """No box at all is a picture of no size."""
    assert lay_out([], []).height == 0


@settings(max_examples=60)
@given(graphs(), st.data())
def test_labels_cover_no_box_and_no_other_label(graph, data):
    """A label is on its edge, in the gap before its target, clear of every box and of every other label."""
    names, edges = graph
    target = data.draw(st.sampled_from(names))
    labelled = [end == target for _, end in edges]
    layout = lay_out(names, edges, labelled=labelled)
    found = [at for at in layout.labels if at is not None]
    assert len(found) == sum(labelled)
    for place, (_x, y) in enumerate(found):
        assert all(abs(y - other) >= HEIGHT / 2 + 9 for _, other in layout.centres.values())
        assert all(abs(y - below) >= 20 for _, below in found[place + 1 :])
    for path, at in zip(layout.paths, layout.labels, strict=True):
        if at is not None:
            low, high = min(x for x, _ in path), max(x for x, _ in path)
            assert low - 1e-6 <= at[0] <= high + 1e-6
            assert path[0][1] <= at[1] <= path[-1][1]


def test_a_graph_that_is_read_rightwards():
    """The same graph, transposed: inputs at the left, nothing touches, a label between two columns."""
    form = Form(width=96, height=112, between_rows=62, between_boxes=16, rightwards=True)
    edges = [("x", "θ"), ("g", "φ"), ("θ", "f"), ("φ", "f"), ("f", "α"), ("x", "out"), ("α", "out")]
    names = ["x", "g", "θ", "φ", "f", "α", "out"]
    layout = lay_out(names, edges, form, [False] * 6 + [True])
    x = {name: at for name, (at, _) in layout.centres.items()}
    assert x["x"] == x["g"] == 48
    assert x["x"] < x["θ"] == x["φ"] < x["f"] < x["α"] < x["out"]
    assert layout.width == x["out"] + 48
    at = layout.labels[-1]
    assert at is not None
    assert x["α"] + 48 < at[0] < x["out"] - 48
    for one in names:
        for other in names:
            (x0, y0), (x1, y1) = layout.centres[one], layout.centres[other]
            assert one == other or abs(x0 - x1) >= 96 or abs(y0 - y1) >= 112


def test_a_label_by_hand():
    """A straight edge: its label is centred on it, one line before the target."""
    layout = lay_out(["a", "b"], [("a", "b")], labelled=[True])
    (x, y), (_, top) = layout.labels[0], layout.paths[0][-1]
    assert x == layout.centres["a"][0]
    assert y == top - 15
