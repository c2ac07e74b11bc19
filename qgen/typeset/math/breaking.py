"""A formula too wide for the line -> lines: where it is broken, and how far the continuations are indented."""

from qgen.typeset.math.latex import Atom, Bracket, Fence, Row, Signs, Space
from qgen.typeset.math.mathbox import Box, Style, classes, fence_size, spread

# What a line may end before, the best first.
_KINDS = ("list", "rel", "sum", "product", "inner sum", "inner product", "inner rel")
_INDENTS = (2.0, 3.0)

_Placed = list[tuple[float, Box, Atom]]


def break_row(atoms: Row, style: Style, limit: float) -> list[tuple[Box, int]]:
    """The lines of a formula, none wider than `limit` em if it can be helped, with where each starts in the source.

    Lines end after commas between formulas, before relations, sums and products, and inside brackets only where nothing
    else fits. They continue below the first relation sign, or after it if they start with another sign.
    """
    placed, wide = spread(atoms, style)
    if wide > limit:
        placed, wide = spread(_flat(atoms, style), style)
    breaks = _breaks(placed) if wide > limit else {}
    indents = _indents(placed, limit)
    lines: list[tuple[Box, int]] = []
    start = 0
    while start < len(placed) or not lines:
        indent = _indent(breaks[start], indents) if start else 0.0
        end = _line_end(placed, start, breaks, limit - indent)
        box = Box()
        for x, part, _ in placed[start:end]:
            box.add(part, indent + x - placed[start][0])
        # A line that is not broken keeps the spaces at its ends.
        box.width = indent + _width(placed, start, end) if breaks else wide
        lines.append((box, placed[start][2].start if start else 0))
        start = end
    return lines


def _flat(atoms: Row, style: Style) -> Row:
    """The row with growing brackets as brackets of that size, so that a line can end between them."""
    flat: list[Atom | Space] = []
    for atom in atoms:
        if isinstance(atom, Atom) and isinstance(atom.nucleus, Fence) and (size := fence_size(atom.nucleus, style)) < 5:
            flat.append(Atom("open", Bracket(atom.nucleus.left, size), atom.start))
            flat += classes(atom.nucleus.body)
            right = Bracket(atom.nucleus.right, size)
            flat.append(Atom("close", right, atom.start, atom.sub, atom.sup, primes=atom.primes))
        else:
            flat.append(atom)
    return tuple(flat)


def _breaks(placed: _Placed) -> dict[int, str]:
    """The signs before which a line may end, and their kinds."""
    depth = 0
    breaks = {}
    for i, (_, _, atom) in enumerate(placed):
        depth += (atom.kind == "open") - (atom.kind == "close")
        if i and depth == 0 and placed[i - 1][2].kind == "punct":
            breaks[i] = "list"
        elif i and atom.kind in ("rel", "bin"):
            sign = atom.nucleus.text if isinstance(atom.nucleus, Signs) else ""
            kind = "rel" if atom.kind == "rel" else "sum" if sign in "+−±" else "product"
            breaks[i] = f"inner {kind}" if depth > 0 else kind
    return breaks


def _indent(kind: str, indents: tuple[float, float]) -> float:
    """Where a line starts: the next formula of a list at the margin, like the first."""
    return 0.0 if kind == "list" else indents[not kind.endswith("rel")]


def _indents(placed: _Placed, limit: float) -> tuple[float, float]:
    """The indentation of a line that starts with a relation, and with another sign."""
    for i, (x, _, atom) in enumerate(placed[:-1]):
        if atom.kind == "rel" and x <= 0.3 * limit:
            return x, placed[i + 1][0]
    return _INDENTS


def _width(placed: _Placed, start: int, end: int) -> float:
    x, box, _ = placed[end - 1]
    return x + box.width - placed[start][0]


def _line_end(placed: _Placed, start: int, breaks: dict[int, str], limit: float) -> int:
    """Where the line from `start` ends: at the best kind of break that fills enough of it."""
    if not breaks:
        return len(placed)
    rest = _width(placed, start, len(placed))
    widths = {end: _width(placed, start, end) for end in breaks if end > start}
    if rest <= limit or not widths:
        return len(placed)
    fitting = [end for end in widths if widths[end] <= limit]
    for kind in _KINDS:
        ends = [end for end in fitting if breaks[end] == kind and widths[end] >= 0.25 * limit]
        # A last line with next to nothing on it looks forgotten: take more of the formula there.
        even = [end for end in ends if 0.2 * limit <= rest - widths[end] <= 0.95 * limit]
        good = even or [end for end in ends if widths[end] >= 0.4 * limit]
        if good:
            return good[-1]
    return (fitting or list(widths)[:1])[-1]
