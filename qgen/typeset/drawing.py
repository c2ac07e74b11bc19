"""What drawings are made of: formulas, arrows, circles and rules as PDF operators."""

from dataclasses import dataclass, field
from math import hypot

from qgen.papers.label_placement import Point, around
from qgen.typeset.math.formula import Layout


@dataclass(frozen=True, slots=True)
class Drawing:
    """Operators with the origin at the lower left corner, the size in points, a description, the glyphs used."""

    width: float
    height: float
    operators: str
    alt: str
    used: frozenset[str]

    def placed(self, x: float, y: float, scale: float = 1.0) -> str:
        """Its operators, for a place in another drawing."""
        return f"q {scale:.4f} 0 0 {scale:.4f} {x:.2f} {y:.2f} cm {self.operators} Q"


@dataclass
class Canvas:
    """Collects operators: thin grey arrows, black names."""

    operators: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def put(self, x: float, y: float, name: Layout) -> None:
        """A formula with its baseline's left end at a place."""
        self.operators.append(f"q 1 0 0 1 {x:.2f} {y:.2f} cm {name.operators} Q")
        self.used |= name.used

    def label(self, x: float, y: float, name: Layout, *, paper: bool = False) -> None:
        """A name with its middle at a place, on a white ground where it lies over lines."""
        if paper:
            left, low, right, high = around(x, y, name.width + 2.4, name.ascent + name.descent + 1.2)
            self.operators.append(f"1 g {left:.2f} {low:.2f} {right - left:.2f} {high - low:.2f} re f 0 g")
        self.put(x - name.width / 2, y - (name.ascent - name.descent) / 2, name)

    def rule(self, start: Point, end: Point) -> None:
        """A hairline."""
        self.operators.append(f"0.35 G 0.4 w {start[0]:.2f} {start[1]:.2f} m {end[0]:.2f} {end[1]:.2f} l S 0 G")

    def arrow(self, start: Point, end: Point, leave: float, arrive: float) -> None:
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
        """A white disc with a black edge."""
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
