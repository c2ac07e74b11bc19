from itertools import combinations, pairwise

import pytest

from qgen.paper import diagram
from qgen.paper.diagram import _overlap, draw
from qgen.paper.formula import layout


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
    return layers, edges, biases, [f"layer {i}" for i in range(len(sizes))]


@pytest.mark.parametrize("sizes", [(3, 2, 2, 1), (2, 1, 2), (1, 1), (2, 3, 3, 2), (4, 5), (5, 6), (6, 6)])
def test_no_names_of_weights_collide_with_each_other_or_with_a_unit(sizes, monkeypatch):
    found = []
    spots = diagram._spots

    def watched(lines, labels, blocked):
        places = spots(lines, labels, blocked)
        boxes = [
            (
                x - label.width / 2,
                y - (label.ascent + label.descent) / 2,
                x + label.width / 2,
                y + (label.ascent + label.descent) / 2,
            )
            for (x, y), label in zip(places, labels, strict=True)
        ]
        found.extend(boxes)
        assert not any(_overlap(one, two) for one, two in combinations(boxes, 2))
        assert not any(_overlap(box, other) for box in boxes for other in blocked)
        return places

    monkeypatch.setattr(diagram, "_spots", watched)
    draw(*network(*sizes), width=480)
    assert len(found) == sum(a * b for a, b in pairwise(sizes))


def test_the_name_of_a_weight_makes_way_for_what_stands_where_it_would_like_to_stand():
    line = ((0.0, 0.0), (140.0, 0.0))
    label = layout("w_{11}")
    (free,) = diagram._spots([line], [label], [])
    (moved,) = diagram._spots([line], [label], [diagram._around(*free, 20, 20)])
    assert not _overlap(diagram._around(*moved, label.width, 12), diagram._around(*free, 20, 20))


def test_a_drawing_keeps_to_the_width_and_a_large_network_is_scaled_down():
    for sizes in [(2, 2), (3, 2, 2, 1), (2,) * 9, (12, 1)]:
        drawing = draw(*network(*sizes), width=480)
        assert drawing.width <= 480.01
        assert drawing.height <= diagram.TALLEST + 0.01


def test_every_name_is_in_the_drawing():
    layers, edges, biases, captions = network(2, 1)
    operators = draw(layers, edges, biases, captions, width=300).operators
    for name in [*layers[0], *layers[1], *(edge[2] for edge in edges), *biases.values()]:
        assert name.replace("(", r"\(").replace(")", r"\)") in operators
    assert "(layer 0) Tj" in operators
