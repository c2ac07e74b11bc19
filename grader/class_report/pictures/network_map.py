"""The network as a map: the paper's drawing, where every unit, weight and bias has the colour of its facility.

Three maps of a question stand side by side: forward pass (the left half of a unit is its z, the right half its a),
gradients, updates. The harder, the darker and the thicker; each number stands beside its line where there is room.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import hypot

import numpy as np
from markupsafe import Markup, escape

from grader.class_report.pictures.plots import shade, svg, text
from qgen.engine.network import Network
from qgen.engine.question import Item, Question
from qgen.engine.steps import Role
from qgen.papers.picture.label_placement import around, spots

RADIUS, PITCH, ABOVE, BELOW, SIDE = 19.0, 68.0, 40.0, 26.0, 30.0
WIDE, FOR_LOSS = 360.0, 42.0
NARROWEST = 90.0  # between two layers
MOST_LABELS = 40  # weights of a network whose numbers stand beside their lines
LABEL, DIGIT = (24.0, 13.0), 6.5  # the room of a number, the width of a digit
MAPS: Mapping[str, tuple[Role, ...]] = {
    "forward": (Role.PREACTIVATION, Role.ACTIVATION, Role.LOSS),
    "gradient": (
        Role.WEIGHT_GRADIENT, Role.BIAS_GRADIENT, Role.UNIT_DELTA, Role.ACTIVATION_GRADIENT, Role.INPUT_GRADIENT,
    ),
    "update": (Role.CHANGE, Role.UPDATE),
}  # fmt: skip
_NAME = re.compile(r"([^_^]+)(?:_(\([^()]*\)|[^_^]+))?(?:\^(.+))?")

Found = Mapping[tuple[str, str], float]  # (role's group, unit or parameter) -> facility
Say = Callable[[float], str]


@dataclass(frozen=True)
class Map:
    """A picture, and the numbers behind it: of which items, by name."""

    part: str
    picture: Markup
    items: tuple[str, ...]


def maps(
    question: Question, facility: Mapping[str, float], name: Callable[[str], str], say: Say,
    label: Callable[[str], str],
) -> Iterator[Map]:  # fmt: skip
    """The maps of what is asked. facility: by item; name: a quantity's; say: a facility in words; label: a part's."""
    for part, roles in MAPS.items():
        items = [item for item in question.items if _role(question, item) in roles and item.id in facility]
        if items:
            found = _means(question, items, facility)
            picture = _Picture(question.network, found, part, name, say)
            yield Map(part, picture.svg(label(part)), tuple(item.id for item in items))


def _role(question: Question, item: Item) -> Role | None:
    step = question.by_id[item.step]
    return None if step.after else step.role


def _means(question: Question, items: list[Item], facility: Mapping[str, float]) -> Found:
    """Of a unit's or parameter's items in all iterations and examples."""
    found: dict[tuple[str, str], list[float]] = {}
    for item in items:
        step = question.by_id[item.step]
        kind = {Role.PREACTIVATION: "z", Role.ACTIVATION: "a", Role.LOSS: "loss"}.get(step.role, "")
        found.setdefault((kind, step.parameter or step.unit), []).append(facility[item.id])
    return {key: float(np.mean(values)) for key, values in found.items()}


@dataclass(frozen=True)
class _Picture:
    network: Network
    found: Found
    part: str
    name: Callable[[str], str]
    say: Say

    def svg(self, label: str) -> Markup:
        layers = len(self.network.layers)
        gap = max(NARROWEST, (WIDE - 2 * SIDE - FOR_LOSS) / layers)
        tallest = max(self.network.inputs, *(len(layer.units) for layer in self.network.layers))
        width, height = 2 * SIDE + FOR_LOSS + gap * layers, ABOVE + BELOW + (tallest - 1) * PITCH + 2 * RADIUS
        middle = ABOVE + RADIUS + (tallest - 1) * PITCH / 2
        sizes = [self.network.inputs, *(len(layer.units) for layer in self.network.layers)]
        places = {
            (k, j): (SIDE + k * gap, middle + (j - (size - 1) / 2) * PITCH)
            for k, size in enumerate(sizes)
            for j in range(size)
        }
        parts = [*self._weights(places), *self._biases(places), *self._units(places), *self._loss(places, middle)]
        return svg(width, height, label, "".join(parts), "map")

    def _weights(self, places: Mapping[tuple[int, int], tuple[float, float]]) -> Iterator[str]:
        """Lines first, then the numbers on them."""
        network, lines = self.network, []
        for k in range(len(network.layers)):
            for i in range(len(network.feeding(k))):
                lines += [(k, i, j, network.weight(k, i, j)) for j in network.targets(k, i)]
        numbers = []
        blocked = [around(x, y, 2 * RADIUS, 2 * RADIUS) for x, y in places.values()]
        for k in range(len(network.layers)):
            here = [line for line in lines if line[0] == k]
            ends = [(places[k, i], places[k + 1, j]) for _, i, j, _ in here]
            for (start, end), (*_, weight) in zip(ends, here, strict=True):
                yield self._line(_shortened(start, end), weight)
            if self.part != "forward" and len(lines) <= MOST_LABELS:
                boxes = spots(ends, [LABEL] * len(ends), blocked, 0.4)
                numbers += [
                    _on_ground((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, self.say(self.found["", weight]))
                    for box, (*_, weight) in zip(boxes, here, strict=True)
                    if ("", weight) in self.found
                ]
        yield from numbers

    def _line(self, ends: tuple[float, float, float, float], parameter: str) -> str:
        facility = self.found.get(("", parameter))
        x0, y0, x1, y1 = ends
        path = f'd="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"'
        if facility is None or self.part == "forward":
            return f'<path class="edge" {path}/>'
        return f'<path class="way {shade(facility)}" {path}>{self._title(parameter, facility)}</path>'

    def _biases(self, places: Mapping[tuple[int, int], tuple[float, float]]) -> Iterator[str]:
        for k, layer in enumerate(self.network.layers):
            for j in range(len(layer.units)):
                if bias := self.network.bias(k, j):
                    x, y = places[k + 1, j]
                    yield self._line((x, y - RADIUS - 15, x, y - RADIUS - 1), bias)
                    if self.part != "forward" and ("", bias) in self.found:
                        yield text(x, y - RADIUS - 19, self.say(self.found["", bias]), "halo")

    def _units(self, places: Mapping[tuple[int, int], tuple[float, float]]) -> Iterator[str]:
        for (k, j), (x, y) in places.items():
            name = _scripted(self.name(self.network.xs[j] if k == 0 else "a" + self.network.layers[k - 1].units[j]))
            unit = self.network.xs[j] if k == 0 else self.network.layers[k - 1].units[j]
            halves = [(side, self.found.get((letter, unit))) for side, letter in ((-1, "z"), (1, "a"))]
            if any(facility is not None for _, facility in halves):
                yield from (self._half(x, y, side, facility) for side, facility in halves)
                yield f'<circle class="rim" cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS:g}"/>'
                yield text(x, y + RADIUS + 13, name, "halo")
                continue
            facility = self.found.get(("", unit))
            look = "unit" if facility is None else f"unit {shade(facility)}"
            yield f'<circle class="{look}" cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS:g}"/>'
            yield text(x, y + 4, name, "" if facility is None else f"on {shade(facility)}")
            if facility is not None:
                yield text(x, y + RADIUS + 13, self.say(facility), "halo")

    def _half(self, x: float, y: float, side: int, facility: float | None) -> str:
        """Half a disc, with its number."""
        path = f'd="M{x:.1f} {y - RADIUS:.1f}A{RADIUS:g} {RADIUS:g} 0 0 {int(side > 0)} {x:.1f} {y + RADIUS:.1f}Z"'
        if facility is None:
            return f'<path class="unit" {path}/>'
        number = text(x + side * RADIUS / 2, y + 3.5, self.say(facility), f"small on {shade(facility)}")
        return f'<path class="disc {shade(facility)}" {path}/>{number}'

    def _loss(self, places: Mapping[tuple[int, int], tuple[float, float]], middle: float) -> Iterator[str]:
        facility = next((value for (kind, _), value in self.found.items() if kind == "loss"), None)
        if facility is None:
            return
        last = len(self.network.layers)
        x = places[last, 0][0] + 50
        for j in range(len(self.network.layers[-1].units)):
            x0, y0 = places[last, j]
            yield f'<path class="edge" d="M{x0 + RADIUS:.1f} {y0:.1f}L{x - 17:.1f} {middle:.1f}"/>'
        box = f'x="{x - 16:.1f}" y="{middle - 12:.1f}" width="32" height="24" rx="3"'
        yield f'<rect class="disc {shade(facility)}" {box}/>'
        yield text(x, middle + 4, self.say(facility), f"on {shade(facility)}")
        yield text(x, middle + 27, _scripted(self.name("loss")), "halo")

    def _title(self, parameter: str, facility: float) -> str:
        return f"<title>{escape(self.name(parameter))}: {escape(self.say(facility))} %</title>"


def _on_ground(x: float, y: float, number: str) -> str:
    """A number that can be read on a thick line."""
    wide = DIGIT * len(number) + 3
    return f'<rect class="ground" x="{x - wide / 2:.1f}" y="{y - 6:.1f}" width="{wide:g}" height="12"/>' + text(
        x, y + 4, number
    )


def _shortened(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float, float, float]:
    """From rim to rim."""
    (x0, y0), (x1, y1) = start, end
    length = hypot(x1 - x0, y1 - y0)
    dx, dy = (x1 - x0) / length * RADIUS, (y1 - y0) / length * RADIUS
    return x0 + dx, y0 + dy, x1 - dx, y1 - dy


def _scripted(name: str) -> Markup:
    """A plain name, w_12^(2), with its indices lowered and raised."""
    found = _NAME.fullmatch(name)
    if not found:
        return escape(name)
    base, sub, sup = found.groups(default="")
    sub = sub.strip("()")
    lowered = f'<tspan class="script" dy="3">{escape(sub)}</tspan>' if sub else ""
    raised = f'<tspan class="script" dy="{-8 if sub else -5}">{escape(sup)}</tspan>' if sup else ""
    return Markup(f'<tspan class="letter">{escape(base)}</tspan>{lowered}{raised}')
