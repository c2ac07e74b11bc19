"""The picture of a network: units as circles, weights as arrows with their names, a caption under each layer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot

from qgen.paper.formula import Layout, layout
from qgen.paper.inline import inline
from qgen.paper.lines import wrap

RADIUS, PITCH, MOST_GAP = 13.0, 54.0, 150.0
UNIT_SIZE, EDGE_SIZE, CAPTION_SIZE = 10.0, 8.5, 9.0
BIAS_ARROW, BIAS_LIFT = 10.0, 2.5
TALLEST = 6 * PITCH + 40
SPOTS = tuple(0.14 + 0.03 * i for i in range(25))  # where along an edge its name may stand
FAVOURITE = 0.3

Unit = tuple[int, int]
Rectangle = tuple[float, float, float, float]  # left, low, right, high


@dataclass(frozen=True, slots=True)
class Drawing:
    """Operators with the origin at the lower left corner, the size in points, a description, the glyphs used."""

    width: float
    height: float
    operators: str
    alt: str
    used: frozenset[str]


def draw(
    layers: Sequence[Sequence[str]],
    edges: Sequence[tuple[Unit, Unit, str]],
    biases: Mapping[Unit, str],
    captions: Sequence[str],
    *,
    width: float,
    alt: str = "",
) -> Drawing:
    """Draw a network of layers of units.

    layers: the units' names in LaTeX, layer by layer. edges: from (layer, unit), to (layer, unit), both counted
    from 0, and the weight's name. biases: the names at units. captions: one line of markup per layer. width: the
    points to fill at most. alt: what is read instead of the drawing. Networks of more than six units in a layer come
    out scaled down.
    """
    canvas = _Canvas()
    tallest = max(len(layer) for layer in layers)
    gap = min(MOST_GAP, (width - 2 * RADIUS - 30) / max(1, len(layers) - 1))
    gap = max(gap, 6 * RADIUS)
    side = min(gap, 100.0) / 2
    middle = (tallest - 1) * PITCH / 2
    places = {
        (i, j): (side + i * gap, middle + ((len(layer) - 1) / 2 - j) * PITCH)
        for i, layer in enumerate(layers)
        for j in range(len(layer))
    }
    names = {unit: layout(name, EDGE_SIZE) for unit, name in biases.items()}
    blocked = [_around(x, y, 2 * RADIUS, 2 * RADIUS) for x, y in places.values()]
    blocked += [_bias_box(places[unit], name) for unit, name in names.items()]
    for start, end, _ in edges:
        canvas.arrow(places[start], places[end], RADIUS, RADIUS + 0.6)
    for unit in biases:
        x, y = places[unit]
        canvas.arrow((x, y + RADIUS + BIAS_ARROW), (x, y), 0.0, RADIUS + 0.6)
    for i in range(len(layers)):
        leaving = [edge for edge in edges if edge[0][0] == i]
        lines = [(places[start], places[end]) for start, end, _ in leaving]
        labels = [layout(name, EDGE_SIZE) for *_, name in leaving]
        for (x, y), label in zip(_spots(lines, labels, blocked), labels, strict=True):
            canvas.label(x, y, label, paper=True)
    for unit, name in names.items():
        left, low, right, _ = _bias_box(places[unit], name)
        canvas.put((left + right - name.width) / 2, low + name.descent, name)
    for (i, j), (x, y) in places.items():
        canvas.circle(x, y, RADIUS)
        name = layout(layers[i][j], UNIT_SIZE)
        if name.width > 2 * RADIUS - 5:
            name = layout(layers[i][j], round(UNIT_SIZE * (2 * RADIUS - 5) / name.width, 1))
        canvas.label(x, y, name)
    low = -RADIUS - 8.0
    deepest = low
    for i, caption in enumerate(captions):
        y = low
        for strip in wrap(inline(caption), max(gap - 8, 60.0), CAPTION_SIZE):
            y -= CAPTION_SIZE + 1.5
            x = side + i * gap - strip.width / 2
            for dx, operators, _ in strip.pieces:
                canvas.operators.append(f"q 1 0 0 1 {x + dx:.2f} {y:.2f} cm {operators} Q")
            canvas.used |= strip.used
        deepest = min(deepest, y - 3.0)
    high = max(y + RADIUS for _, y in places.values()) + 2.0
    high = max([high, *(_bias_box(places[unit], name)[3] for unit, name in names.items())])
    natural = 2 * side + (len(layers) - 1) * gap
    scale = min(1.0, width / natural, TALLEST / (high - deepest))
    return Drawing(
        natural * scale,
        (high - deepest) * scale,
        f"q {scale:.4f} 0 0 {scale:.4f} 0 {-deepest * scale:.2f} cm {' '.join(canvas.operators)} Q",
        alt,
        frozenset(canvas.used),
    )


def _around(x: float, y: float, width: float, height: float) -> Rectangle:
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _bias_box(place: tuple[float, float], name: Layout) -> Rectangle:
    x, low = place[0], place[1] + RADIUS + BIAS_ARROW + BIAS_LIFT
    return x - name.width / 2 - 1, low, x + name.width / 2 + 1, low + name.ascent + name.descent


class _Canvas:
    """Collects operators: thin grey arrows, black names."""

    def __init__(self) -> None:
        self.operators: list[str] = []
        self.used: set[str] = set()

    def put(self, x: float, y: float, name: Layout) -> None:
        self.operators.append(f"q 1 0 0 1 {x:.2f} {y:.2f} cm {name.operators} Q")
        self.used |= name.used

    def label(self, x: float, y: float, name: Layout, *, paper: bool = False) -> None:
        """A name with its middle at a place, on a white ground where it lies over lines."""
        if paper:
            left, low, right, high = _around(x, y, name.width + 2.4, name.ascent + name.descent + 1.2)
            self.operators.append(f"1 g {left:.2f} {low:.2f} {right - left:.2f} {high - low:.2f} re f 0 g")
        self.put(x - name.width / 2, y - (name.ascent - name.descent) / 2, name)

    def arrow(self, start: tuple[float, float], end: tuple[float, float], leave: float, arrive: float) -> None:
        """A line from circle to circle with a slim head."""
        (x0, y0), (x1, y1) = start, end
        length = hypot(x1 - x0, y1 - y0)
        dx, dy = (x1 - x0) / length, (y1 - y0) / length
        x0, y0, x1, y1 = x0 + leave * dx, y0 + leave * dy, x1 - arrive * dx, y1 - arrive * dy
        tail, half = 5.0, 1.7
        bx, by = x1 - tail * dx, y1 - tail * dy
        self.operators.append(
            f"0.35 G 0.35 g 0.55 w {x0:.2f} {y0:.2f} m {bx:.2f} {by:.2f} l S "
            f"{x1:.2f} {y1:.2f} m {bx - half * dy:.2f} {by + half * dx:.2f} l "
            f"{bx + half * dy:.2f} {by - half * dx:.2f} l f 0 G 0 g"
        )

    def circle(self, x: float, y: float, r: float) -> None:
        k = 0.5523 * r
        arcs = (
            (r, k, k, r, 0, r),
            (-k, r, -r, k, -r, 0),
            (-r, -k, -k, -r, 0, -r),
            (k, -r, r, -k, r, 0),
        )
        curves = " ".join(
            f"{x + a:.2f} {y + b:.2f} {x + c:.2f} {y + d:.2f} {x + e:.2f} {y + f:.2f} c" for a, b, c, d, e, f in arcs
        )
        self.operators.append(f"1 g 0.8 w {x + r:.2f} {y:.2f} m {curves} b 0 g")


def _spots(
    lines: Sequence[tuple[tuple[float, float], tuple[float, float]]],
    labels: Sequence[Layout],
    blocked: Sequence[Rectangle],
) -> list[tuple[float, float]]:
    """The middle of each edge's name: near the source, clear of other names, and off foreign edges if possible."""
    boxes: list[list[tuple[float, Rectangle]]] = []
    for i, (((x0, y0), (x1, y1)), label) in enumerate(zip(lines, labels, strict=True)):
        choices = []
        for t in SPOTS:
            x, y = x0 + t * (x1 - x0), y0 + t * (y1 - y0)
            box = _around(x, y, label.width + 4.0, label.ascent + label.descent + 2.5)
            cost = 12 * abs(t - FAVOURITE) + sum(300.0 for other in blocked if _overlap(box, other))
            cost += sum(_crossed(box, line) for j, line in enumerate(lines) if j != i)
            choices.append((cost, box))
        boxes.append(choices)
    chosen = [min(choices) for choices in boxes]
    for _ in range(8):
        before = list(chosen)
        for i, choices in enumerate(boxes):
            others = [box for j, (_, box) in enumerate(chosen) if j != i]
            chosen[i] = min(
                choices,
                key=lambda c: c[0] + sum(100.0 + _overlap(c[1], o) for o in others if _overlap(c[1], o)),
            )
        if chosen == before:
            break
    return [((left + right) / 2, (low + high) / 2) for _, (left, low, right, high) in chosen]


def _overlap(one: Rectangle, two: Rectangle) -> float:
    """The area that two rectangles share."""
    wide = min(one[2], two[2]) - max(one[0], two[0])
    tall = min(one[3], two[3]) - max(one[1], two[1])
    return wide * tall if wide > 0 and tall > 0 else 0.0


def _crossed(box: Rectangle, line: tuple[tuple[float, float], tuple[float, float]]) -> float:
    """The length of a line inside of a box (Liang and Barsky's clipping), in units of five points."""
    (x0, y0), (x1, y1) = line
    dx, dy = x1 - x0, y1 - y0
    enter, leave = 0.0, 1.0
    for p, q in ((-dx, x0 - box[0]), (dx, box[2] - x0), (-dy, y0 - box[1]), (dy, box[3] - y0)):
        if p == 0:
            if q < 0:
                return 0.0
        elif p < 0:
            enter = max(enter, q / p)
        else:
            leave = min(leave, q / p)
    return max(0.0, leave - enter) * hypot(dx, dy) / 5
