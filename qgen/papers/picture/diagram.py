"""The picture of a network: units as circles, weights as arrows with their names, a caption under each layer.

With the numbers of a variant, a value follows every name that has room for it beside its line; where the lines of a
layer are too many for that, its values stand in a table below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from qgen.papers.picture.label_placement import Bounds, around, clear, spots
from qgen.papers.picture.weights import stacked, table
from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.drawing.shapes import Inset, Point, Rectangle, Shape, arrow, circle
from qgen.typeset.markup.inline import inline
from qgen.typeset.math.formula import Layout, layout, widest
from qgen.typeset.page.lines import drawn

RADIUS, PITCH, MOST_GAP = 13.0, 54.0, 150.0
UNIT_SIZE, EDGE_SIZE, CAPTION_SIZE = 10.0, 8.5, 9.0
BIAS_ARROW, BIAS_LIFT = 10.0, 2.5
LARGE = 6  # the most units in a layer whose labels are always kept apart
TALLEST = LARGE * PITCH + 40
WIDEST_GAP = 400.0
# How far along its arrow a weight's name would stand, and how far one with its value, which is wider.
NEAR, HALFWAY = 0.3, 0.45
MOST_COVERED = 0.25  # the share of the room between two layers that names with values may take

NO_VALUES: Mapping[str, str] = MappingProxyType({})
Unit = tuple[int, int]
Edge = tuple[Unit, Unit, str]


class Network(NamedTuple):
    """Units, the names in LaTeX layer by layer; edges from (layer, unit) to (layer, unit), both counted from 0, and the
    weights' names; the biases' names at units; a caption in markup per layer."""

    units: Sequence[Sequence[str]]
    edges: Sequence[Edge]
    biases: Mapping[Unit, str]
    captions: Sequence[str]


@dataclass(frozen=True)
class _Plan:
    """Where everything stands, whatever the values: the middles of the weights' names, in the order of the edges."""

    places: Mapping[Unit, Point]
    boxes: tuple[Bounds, ...]
    biases: Mapping[Unit, Bounds]
    valued: frozenset[int]  # the layers whose weights have room for their values
    side: float
    gap: float
    clear: bool  # whether no label lies on another one or on a unit


def draw(
    network: Network, *, width: float, alt: str = "", values: Mapping[str, str] = NO_VALUES, room: str = ""
) -> Drawing:
    """Draw a network of layers of units, `width` points wide at most; `alt` is read instead of the drawing.

    values: the numbers of weights and biases, by name; room: the widest that they are on any paper, so that all papers
    are laid out alike. Networks of more than six units in a layer come out scaled down.
    """
    layers = network.units
    room = (room or widest(values.values(), EDGE_SIZE)) if values else ""
    plan = _planned(tuple(map(len, layers)), tuple(network.edges), tuple(network.biases.items()), width, room)
    above = _drawn(plan, network, width, values)
    tables = [
        table(layers[i], layers[i + 1], {(e[0][1], e[1][1]): values[e[2]] for e in network.edges if e[0][0] == i}, room)
        for i in range(len(layers) - 1)
        if values and i not in plan.valued
    ]
    if not tables:
        return replace(above, alt=alt)
    below = stacked(tables, width)
    scale = min(1.0, width / below.width, TALLEST / below.height)
    across, foot = max(above.width, scale * below.width), scale * below.height
    parts = (
        Inset((across - above.width) / 2, foot, above),
        Inset((across - scale * below.width) / 2, 0.0, below, scale),
    )
    return Drawing(across, above.height + foot, parts, alt)


def _drawn(plan: _Plan, network: Network, width: float, values: Mapping[str, str]) -> Drawing:
    layers, edges, biases, captions = network
    places = plan.places
    shapes: list[Shape] = []
    for start, end, _ in edges:
        shapes += arrow(places[start], places[end], RADIUS, RADIUS + 0.6)
    for unit in biases:
        x, y = places[unit]
        shapes += arrow((x, y + RADIUS + BIAS_ARROW), (x, y), 0.0, RADIUS + 0.6)
    for (start, _, name), box in zip(edges, plan.boxes, strict=True):
        shapes += _placed(_label(name, values.get(name, "") if start[0] in plan.valued else ""), box, ground=True)
    for unit, name in biases.items():
        shapes += _placed(_label(name, values.get(name, "")), plan.biases[unit], ground=bool(values))
    for (i, j), (x, y) in places.items():
        unit_name = layout(layers[i][j], UNIT_SIZE)
        if unit_name.width > 2 * RADIUS - 5:
            unit_name = layout(layers[i][j], round(UNIT_SIZE * (2 * RADIUS - 5) / unit_name.width, 1))
        shapes += [circle(x, y, RADIUS), *_placed(unit_name, (x, y, x, y))]
    low = -RADIUS - 8.0
    deepest = low
    for i, caption in enumerate(captions):
        y = low
        for line in drawn(inline(caption), max(plan.gap - 8, 60.0), CAPTION_SIZE):
            y -= CAPTION_SIZE + 1.5
            shapes.append(Inset(plan.side + i * plan.gap - line.width / 2, y, line))
        deepest = min(deepest, y - 3.0)
    high = max(y + RADIUS for _, y in places.values()) + 2.0
    high = max([high, *(box[3] for box in plan.biases.values())])
    natural = Drawing(2 * plan.side + (len(layers) - 1) * plan.gap, high - deepest, tuple(shapes))
    scale = min(1.0, width / natural.width, TALLEST / natural.height)
    whole = Inset(0.0, -deepest * scale, natural, scale)
    return Drawing(natural.width * scale, natural.height * scale, (whole,))


def _placed(name: Layout, box: Bounds, *, ground: bool = False) -> list[Shape]:
    """A name in the middle of a box, on a white ground where it lies over lines."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    placed = Inset(x - name.width / 2, y - (name.ascent - name.descent) / 2, name)
    if not ground:
        return [placed]
    left, low, right, high = around(x, y, name.width + 2.4, name.ascent + name.descent + 1.2)
    return [Rectangle(left, low, right - left, high - low, 1.0), placed]


@lru_cache(maxsize=64)
def _planned(
    sizes: tuple[int, ...], edges: tuple[Edge, ...], biases: tuple[tuple[Unit, str], ...], width: float, room: str
) -> _Plan:
    """Layers as near to each other as the labels between them allow."""
    gap = min(MOST_GAP, (width - 2 * RADIUS - 30) / max(1, len(sizes) - 1))
    gap = max(gap, 6 * RADIUS)
    plan = _spread(sizes, edges, biases, gap, room)
    while max(sizes) <= LARGE and not plan.clear and gap < WIDEST_GAP:
        gap *= 1.15
        plan = _spread(sizes, edges, biases, gap, room)
    return plan


def _spread(
    sizes: tuple[int, ...], edges: tuple[Edge, ...], biases: tuple[tuple[Unit, str], ...], gap: float, room: str
) -> _Plan:
    side = min(gap, 100.0) / 2
    middle = (max(sizes) - 1) * PITCH / 2
    places = {
        (i, j): (side + i * gap, middle + ((size - 1) / 2 - j) * PITCH)
        for i, size in enumerate(sizes)
        for j in range(size)
    }
    bias_boxes = {unit: _bias_box(places[unit], _label(name, room)) for unit, name in biases}
    units = [around(x, y, 2 * RADIUS, 2 * RADIUS) for x, y in places.values()]
    blocked = [*units, *bias_boxes.values()]
    boxes: list[Bounds] = []
    valued = set()
    for i in range(len(sizes) - 1):
        leaving = [edge for edge in edges if edge[0][0] == i]
        lines = [(places[start], places[end]) for start, end, _ in leaving]
        large = [_size(_label(name, room)) for *_, name in leaving] if room else []
        covered = sum(x * y for x, y in large) / ((gap - 2 * RADIUS) * max(sizes[i : i + 2]) * PITCH)
        if large and covered <= MOST_COVERED and clear(found := spots(lines, large, blocked, HALFWAY), blocked):
            valued.add(i)
        else:
            found = spots(lines, [_size(_label(name, "")) for *_, name in leaving], blocked, NEAR)
        boxes += found
    return _Plan(
        places, tuple(boxes), bias_boxes, frozenset(valued), side, gap, clear([*boxes, *bias_boxes.values()], units)
    )


def _label(name: str, value: str) -> Layout:
    return layout(f"{name} = {value}" if value else name, EDGE_SIZE)


def _size(label: Layout) -> tuple[float, float]:
    """The room of a label over a line."""
    return label.width + 4.0, label.ascent + label.descent + 2.5


def _bias_box(place: Point, name: Layout) -> Bounds:
    x, low = place[0], place[1] + RADIUS + BIAS_ARROW + BIAS_LIFT
    return x - name.width / 2 - 1, low, x + name.width / 2 + 1, low + name.ascent + name.descent
