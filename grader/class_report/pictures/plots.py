"""Small plots as SVG. Own shapes, not matplotlib's: a plot takes 1 kB instead of 20, its colours follow the page (dark,
print), and nothing has to be imported that takes as long as the whole report.

Every plot is one picture to a screen reader, told by its label; the numbers behind it stand in a table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log10

from markupsafe import Markup, escape

from qgen.engine.intervals import Array

BOUNDS = (0.5, 0.7, 0.8, 0.9)  # of the five colours of facility, from the hardest on
WIDE, HIGH, LEFT, BASE = 360, 170, 34, 22  # of a plot; what lies left of it and under it


def shade(facility: float) -> str:
    """The class of its colour, f0 the hardest; fn where there is no facility."""
    return "fn" if facility != facility else f"f{sum(facility >= bound for bound in BOUNDS)}"


def svg(width: float, height: float, label: str, parts: str, name: str) -> Markup:
    """One picture with its description; parts: SVG in which every text is escaped."""
    return Markup(
        f'<svg class="{name}" viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}">{parts}</svg>'
    )


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "middle") -> str:
    """A text at a place; kind: its class."""
    look = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{look}>{escape(words)}</text>'


def histogram(counts: Sequence[int], mark: float, label: str, axis: tuple[str, str]) -> Markup:
    """Students by per cent, with a line at the pass mark. axis: what is said of it and of the pass mark."""
    step = _step(max(4, *counts))
    ticks = ceil(max(4, *counts) / step)
    high, wide = HIGH - BASE - 16, (WIDE - LEFT - 8) / len(counts)
    base = HIGH - BASE - 8
    scale = high / (ticks * step)
    parts = []
    for k in range(ticks + 1):
        y = base - k * step * scale
        parts.append(
            f'<path class="grid" d="M{LEFT} {y:g}H{WIDE - 8}"/>{text(LEFT - 5, y + 4, str(k * step), anchor="end")}'
        )
    for k, count in enumerate(counts):
        x, tall = LEFT + k * wide, count * scale
        if count:
            parts.append(
                f'<rect class="bar" x="{x + 1.5:g}" y="{base - tall:g}" width="{wide - 3:g}" height="{tall:g}"/>'
            )
    for k in range(0, len(counts) + 1, 2):
        parts.append(text(LEFT + k * wide, base + 14, str(k * 100 // len(counts))))
    x = LEFT + mark / 100 * wide * len(counts)
    parts.append(f'<path class="mark" d="M{x:g} 6V{base}"/>')
    left = mark > 60
    parts.append(text(x + (-4 if left else 4), 13, axis[1], "halo", "end" if left else "start"))
    parts.append(text(LEFT + (WIDE - LEFT - 8) / 2, HIGH - 2, axis[0]))
    return svg(WIDE, HIGH, label, "".join(parts), "plot")


def _step(most: int) -> int:
    """Between the lines of a grid: 1, 2 or 5 times a power of ten, at most five steps high."""
    power: int = 10 ** int(log10(most / 5)) if most > 5 else 1
    return next(step for step in (power, 2 * power, 5 * power, 10 * power) if step * 5 >= most)


def stacked(shares: Sequence[float], label: str, width: float = 120, height: float = 12) -> Markup:
    """Shares of a whole side by side, each in the colour of its verdict."""
    parts, x = [], 0.0
    for code, share in enumerate(shares):
        wide = share * width
        if wide > 0:
            parts.append(f'<rect class="v{code}" x="{x:.1f}" width="{wide:.1f}" height="{height:g}"/>')
        x += wide
    return svg(width, height, label, "".join(parts), "stack")


def sparkline(values: Sequence[float], label: str, width: float = 56, height: float = 18) -> Markup:
    """Shares from 0 to 1 as a line; the last one has a dot."""
    if not len(values) or any(value != value for value in values):
        return Markup("–")
    points = [
        (3 + k * (width - 6) / (len(values) - 1), height - 3 - value * (height - 6)) for k, value in enumerate(values)
    ]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    x, y = points[-1]
    return svg(
        width, height, label, f'<path class="line" d="M{path}"/><circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="2"/>',
        "spark",
    )  # fmt: skip


def spreads(groups: Sequence[tuple[float, float]], most: float, middle: float, label: str) -> Markup:
    """Means as dots, each with a line as far as its deviation to both sides; a line at the mean of all."""
    wide, base, high = (WIDE - LEFT - 8) / max(1, len(groups)), HIGH - BASE - 8, HIGH - BASE - 16

    def y(score: float) -> float:
        return base - min(max(score, 0.0), most) / most * high if most else base

    parts = []
    step = _step(ceil(most))
    for score in range(0, int(most) + 1, step):
        parts.append(f'<path class="grid" d="M{LEFT} {y(score):.1f}H{WIDE - 8}"/>')
        parts.append(text(LEFT - 5, y(score) + 4, str(score), anchor="end"))
    parts.append(f'<path class="mark" d="M{LEFT} {y(middle):.1f}H{WIDE - 8}"/>')
    for k, (mean, deviation) in enumerate(groups):
        x = LEFT + (k + 0.5) * wide
        if deviation == deviation:
            parts.append(f'<path class="reach" d="M{x:.1f} {y(mean - deviation):.1f}V{y(mean + deviation):.1f}"/>')
        parts.append(f'<circle class="bar" cx="{x:.1f}" cy="{y(mean):.1f}" r="2.5"/>')
    return svg(WIDE, HIGH - BASE + 4, label, "".join(parts), "plot")


def falling(curves: Sequence[tuple[str, Array]], label: str) -> Markup:
    """By question the share that is still writing, item by item, as steps from 100 % down; each curve is named."""
    longest = max(len(values) for _, values in curves)
    wide, base, high = (WIDE - LEFT - 8) / max(1, longest), HIGH - BASE - 8, HIGH - BASE - 16
    parts = []
    for share in (0, 25, 50, 75, 100):
        y = base - share / 100 * high
        parts.append(
            f'<path class="grid" d="M{LEFT} {y:g}H{WIDE - 8}"/>{text(LEFT - 5, y + 4, str(share), anchor="end")}'
        )
    for k, (name, values) in enumerate(curves):
        path = f"M{LEFT} {base - values[0] * high:.1f}"
        for i, value in enumerate(values, 1):
            path += f"V{base - value * high:.1f}H{LEFT + i * wide:.1f}"
        parts.append(f'<path class="curve c{k % 4}" d="{path}"/>')
        if values[-1] < 0.5:  # there is room above its middle
            half = len(values) // 2
            parts.append(text(LEFT + half * wide + 6, base - values[half] * high - 5, name, "halo", "start"))
        else:
            parts.append(text(LEFT + len(values) * wide, base - values[-1] * high + 14 + 12 * k, name, "halo", "end"))
    return svg(WIDE, HIGH - BASE + 4, label, "".join(parts), "plot")
