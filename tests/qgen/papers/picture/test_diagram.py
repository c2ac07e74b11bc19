import re
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qgen.papers.picture import diagram
from qgen.papers.picture.diagram import RADIUS, Network, draw
from qgen.papers.picture.label_placement import around, clear, overlap, spots
from qgen.typeset.drawing.svg import svg
from qgen.typeset.math.formula import layout
from qgen.typeset.page.frame import frame

WIDEST = "-0.00"


def network(*sizes):
    """A fully connected network's layers, edges, biases and captions."""
    layers = [[f"a_{{{j + 1}}}^{{({i})}}" for j in range(size)] for i, size in enumerate(sizes)]
    edges = [
        ((i, j), (i + 1, k), f"w_{{{j + 1}{k + 1}}}^{{({i + 1})}}")
        for i in range(len(sizes) - 1)
        for j in range(sizes[i])
        for k in range(sizes[i + 1])
    ]
    biases = {(i, j): f"b_{{{j + 1}}}^{{({i})}}" for i in range(1, len(sizes)) for j in range(sizes[i])}
    return Network(layers, edges, biases, [f"layer {i}" for i in range(len(sizes))])


def numbers(*sizes):
    """A number for every weight and bias, all different."""
    _, edges, biases, _ = network(*sizes)
    names = [*(name for *_, name in edges), *biases.values()]
    return {name: f"{'-' * (k % 2)}0.{10 + k}" for k, name in enumerate(names)}


def plan(sizes, room=""):
    _, edges, biases, _ = network(*sizes)
    return diagram._planned(sizes, tuple(edges), tuple(biases.items()), frame("a4").text_width, room)


def assert_clear(planned):
    units = [around(x, y, 2 * RADIUS, 2 * RADIUS) for x, y in planned.places.values()]
    biases = list(planned.biases.values())
    assert clear(planned.boxes, [*units, *biases])
    assert clear(biases, units)


@pytest.mark.parametrize("room", ["", WIDEST])
def test_no_labels_collide_with_each_other_or_with_a_unit_for_any_two_layers_up_to_six(room):
    for sizes in product(range(1, 7), repeat=2):
        assert_clear(plan(sizes, room))


@settings(max_examples=20)
@given(st.lists(st.integers(1, 6), min_size=3, max_size=6).map(tuple), st.sampled_from(["", WIDEST, "-0.000"]))
def test_no_labels_collide_in_deeper_networks(sizes, room):
    assert_clear(plan(sizes, room))


@pytest.mark.parametrize("sizes", [(3, 2, 2, 1), (2, 1, 2), (6, 6)])
@pytest.mark.parametrize("valued", [False, True])
def test_every_label_is_drawn_within_its_place(sizes, valued):
    layers, edges, biases, captions = network(*sizes)
    values = numbers(*sizes) if valued else {}
    planned = plan(sizes, WIDEST if valued else "")
    drawn = diagram._drawn(planned, Network(layers, edges, biases, captions), frame("a4").text_width, values)
    rows = [(name, box, e[0] in planned.valued) for (e, _, name), box in zip(edges, planned.boxes, strict=True)]
    rows += [(biases[unit], box, valued) for unit, box in planned.biases.items()]
    for name, (left, low, right, high), beside in rows:
        label = layout(f"{name} = {values[name]}" if beside else name, diagram.EDGE_SIZE)
        place = re.search(rf"1 0 0 1 (\S+) (\S+) cm {re.escape(label.operators)} Q", drawn.operators)
        x, y = float(place[1]), float(place[2])
        assert left - 0.01 <= x <= x + label.width <= right + 0.01
        assert low - 0.01 <= y - label.descent <= y + label.ascent <= high + 0.01


def test_values_stand_beside_the_names_in_the_notes_networks_and_in_tables_where_lines_are_many():
    assert plan((3, 2, 2, 1), WIDEST).valued == {0, 1, 2}
    assert plan((2, 1, 2), WIDEST).valued == {0, 1}
    assert plan((6, 6, 1), WIDEST).valued == {1}


@pytest.mark.parametrize("sizes", [(3, 2, 2, 1), (2, 1, 2), (5, 6, 6, 4), (6, 6, 6, 6)])
def test_every_value_is_in_the_drawing_once_and_so_is_every_name(sizes):
    layers, edges, biases, captions = network(*sizes)
    values = {name: f"-{value.removeprefix('-')}" for name, value in numbers(*sizes).items()}
    drawing = draw(Network(layers, edges, biases, captions), width=480, values=values)
    shown = re.findall(r"/ActualText \(((?:\\.|[^\\)])*)\)", drawing.operators)
    shown = [text.replace("\\(", "(").replace("\\)", ")") for text in shown]
    for name, value in values.items():
        assert shown.count(f"{name} = {value}") + shown.count(value) == 1
        assert shown.count(f"{name} = {value}") + shown.count(name) == 1


def test_the_drawings_of_all_variants_are_laid_out_alike():
    first = numbers(3, 2, 2, 1)
    second = {name: value.removeprefix("-") for name, value in first.items()}
    one, two = (draw(network(3, 2, 2, 1), width=480, values=values, room=WIDEST) for values in (first, second))
    arrows = [re.findall(r"0\.55 w .*? S", drawing.operators) for drawing in (one, two)]
    assert arrows[0] == arrows[1]
    assert (one.width, one.height) == (two.width, two.height)
    places = [re.findall(r"re f 0 g q 1 0 0 1 \S+ (\S+) cm", drawing.operators) for drawing in (one, two)]
    assert len(places[0]) == 17
    assert places[0] == places[1]


def test_a_drawing_with_values_becomes_an_svg():
    for sizes in [(3, 2, 2, 1), (6, 6)]:
        values = numbers(*sizes)
        picture = svg(draw(network(*sizes), width=480, values=values))
        texts = re.sub(r"<[^>]*>", "|", picture)
        assert all(value.removeprefix("-") in texts for value in values.values())


def test_the_name_of_a_weight_makes_way_for_what_stands_where_it_would_like_to_stand():
    line = ((0.0, 0.0), (140.0, 0.0))
    (free,) = spots([line], [(20.0, 12.0)], [], 0.3)
    (moved,) = spots([line], [(20.0, 12.0)], [free], 0.3)
    assert not overlap(moved, free)


@pytest.mark.parametrize("valued", [False, True])
def test_a_drawing_keeps_to_the_width_and_a_large_network_is_scaled_down(valued):
    for sizes in [(2, 2), (3, 2, 2, 1), (2,) * 9, (12, 1), (12, 3), (6, 6, 6), (30, 30)]:
        drawing = draw(network(*sizes), width=480, values=numbers(*sizes) if valued else {})
        assert drawing.width <= 480.01
        assert drawing.height <= (1 + valued) * diagram.TALLEST + 0.01


def test_every_name_is_in_the_drawing():
    layers, edges, biases, captions = network(2, 1)
    operators = draw(Network(layers, edges, biases, captions), width=300).operators
    for name in [*layers[0], *layers[1], *(edge[2] for edge in edges), *biases.values()]:
        assert name.replace("(", r"\(").replace(")", r"\)") in operators
    assert "(layer 0) Tj" in operators
    assert sum(a * b for a, b in pairwise((2, 1))) == len(edges)
