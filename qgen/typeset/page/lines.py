"""Words and formulas -> set lines: pieces of ready operators with their extents. Lengths in points."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.drawing.shapes import Inset, Run, Shape
from qgen.typeset.fonts.clusters import breaks_before
from qgen.typeset.fonts.faces import used_by
from qgen.typeset.fonts.glyphs import Glyphs
from qgen.typeset.fonts.outlines import in_table
from qgen.typeset.markup.inline import Formula, Inline, Text
from qgen.typeset.math.formula import Layout, break_formula, layout
from qgen.typeset.page.sheets import SIZE
from qgen.typeset.private import MOST_DIGITS, Open, digits_of, normalised, numbered, opened

GRID = 3.5
NOMINAL_ASCENT, NOMINAL_DESCENT = 10.0, 4.0  # of a line of text; they add up to four steps of the grid
HAIRLINE, THIN, THICK = 0.3, 0.5, 0.9  # of rules
SQUARE = 14.0  # of squared paper: near to 5 mm
PLAIN = Glyphs()

# Where a piece belongs in the document's structure: (role, number) from the outside in; empty for an artifact.
Path = tuple[tuple[str, int], ...]


class Piece(NamedTuple):
    """Operators at a place relative to the line's left end and baseline; where they belong; how they read aloud.

    `alt` is the LaTeX of a formula, the description of a figure, else empty. `size`: of a figure, if its line is not
    it alone. `span`: the columns that a table's cell takes.
    """

    x: float
    y: float
    operators: str
    path: Path = ()
    alt: str = ""
    size: tuple[float, float] | None = None
    span: int = 1


class Blank(NamedTuple):
    """A rectangle to fill in: the item's id, and the lower left corner relative to the line's origin.

    `spoken` is its label in words, the tooltip of a form field; `words` tells that it takes words, not a number.
    """

    name: str
    x: float
    y: float
    width: float
    height: float
    path: Path = ()
    spoken: str = ""
    words: bool = False


class Line(NamedTuple):
    """What is placed on a page as a whole: extents, space before it, and whether the next line must follow it.

    `tight`: it must follow even where all that should stay together is more than a page. `opens` tells that the numbers
    in paths count from anew, `repeat` is repeated before this line if it starts a page. `squared`: its descent is
    squared paper; `fills`: that goes down to the end of the page.
    """

    ascent: float
    descent: float
    pieces: tuple[Piece, ...]
    before: float = 0.0
    keep: bool = False
    blanks: tuple[Blank, ...] = ()
    repeat: "Line | None" = None
    new_page: bool = False
    used: frozenset[str] = frozenset()
    opens: bool = False
    tight: bool = False
    squared: bool = False
    fills: bool = False


class OpenLine(NamedTuple):
    """A line of formulas and words, of whose pieces operators and `alt` are open."""

    line: Line
    pieces: tuple[tuple[float, float, Path, Open, Open], ...]

    def filled(self, digits: Sequence[str]) -> Line:
        """The line with these digits."""
        pieces = [Piece(x, y, drawn.filled(digits), path, alt.filled(digits)) for x, y, path, drawn, alt in self.pieces]
        return self.line._replace(pieces=tuple(pieces))


def open_line(line: Line) -> OpenLine:
    """A line whose digits were numbered, to be filled in again and again."""
    return OpenLine(line, tuple((p.x, p.y, p.path, opened(p.operators), opened(p.alt)) for p in line.pieces))


class Strip(NamedTuple):
    """One line of running text: width, extents, pieces without structure, the glyphs used."""

    width: float
    ascent: float
    descent: float
    pieces: tuple[tuple[float, str, str], ...]  # x, operators, LaTeX if a formula
    used: frozenset[str]

    def placed(self, x: float, y: float, path: Path) -> list[Piece]:
        """The strip's pieces at a place, formulas as elements of their own inside of `path`."""
        return [
            Piece(x + dx, y, operators, (*path, ("Formula", number)) if latex and path else path, latex)
            for number, (dx, operators, latex) in enumerate(self.pieces)
        ]


NOTHING = Strip(0.0, 0.0, 0.0, (), frozenset())

_Part = tuple[float, str, str | Layout]  # width, face, text or formula; the face is empty for a formula


def wrap(
    text: Inline, width: float, size: float = SIZE, *, bold: bool = False, glyphs: Glyphs = PLAIN
) -> tuple[Strip, ...]:
    """The text in lines no wider than `width`, broken at spaces; too long a word is broken where it must be."""
    # What does not depend on one person's name is the same on many papers.
    return (_cached_wrap if glyphs is PLAIN else _wrap)(text, width, size, bold, glyphs)


def single(text: Inline, size: float = SIZE, *, bold: bool = False, glyphs: Glyphs = PLAIN) -> Strip:
    """The text on one line, however long."""
    digits = digits_of("".join([part.text for part in text if type(part) is Text]))
    if glyphs is not PLAIN or len(digits) > MOST_DIGITS:
        return next(iter(_wrap(text, 1e9, size, bold, glyphs)), NOTHING)
    if not digits:
        return _single(text, size, bold)[0]
    normal = tuple([part._replace(text=normalised(part.text)[0]) if type(part) is Text else part for part in text])
    strip, pieces = _single(normal, size, bold)
    return strip._replace(pieces=tuple([(x, operators.filled(digits), latex) for x, operators, latex in pieces]))


@lru_cache(maxsize=4096)
def _single(normal: Inline, size: float, bold: bool) -> tuple[Strip, tuple[tuple[float, Open, str], ...]]:
    """A line with 0 for every digit, as they are all as wide; and its pieces with the digits left open."""
    parts: list[Text | Formula] = []
    first = 0
    for part in normal:
        parts.append(part._replace(text=numbered(part.text, first)) if isinstance(part, Text) else part)
        first += part.text.count("0") if isinstance(part, Text) else 0
    strip = next(iter(_wrap(tuple(parts), 1e9, size, bold, PLAIN)), NOTHING)
    return strip, tuple((x, opened(operators), latex) for x, operators, latex in strip.pieces)


def shortened(text: Inline, width: float, size: float = SIZE, *, glyphs: Glyphs = PLAIN) -> Strip:
    """The text on one line, ended by an ellipsis where it would be wider than `width`."""
    whole = single(text, size, glyphs=glyphs)
    if whole.width <= width:
        return whole
    dots = single((Text("R", "…"),), size, glyphs=glyphs)
    start = wrap(text, max(1.0, width - dots.width), size, glyphs=glyphs)[0]
    pieces = (*start.pieces, (start.width, dots.pieces[0][1], ""))
    return Strip(start.width + dots.width, start.ascent, start.descent, pieces, start.used | dots.used)


def _wrap(text: Inline, width: float, size: float, bold: bool, glyphs: Glyphs) -> tuple[Strip, ...]:
    return tuple(_strip(parts, size, glyphs) for parts in _broken(text, width, size, bold, glyphs))


def _broken(text: Inline, width: float, size: float, bold: bool, glyphs: Glyphs) -> Iterator[list[_Part]]:
    line: list[_Part] = []
    at = 0.0
    for space, word in _words(text, width, size, bold, glyphs):
        wide = sum(part[0] for part in word)
        gap = space[0] if line else 0.0
        if line and at + gap + wide > width + 1e-6:
            yield line
            line, at, gap = [], 0.0, 0.0
        if gap:
            line.append(space)
        line += word
        at += gap + wide
    if line:
        yield line


_cached_wrap = lru_cache(maxsize=1024)(_wrap)


def drawn(text: Inline, width: float, size: float) -> Iterator[Drawing]:
    """The lines of a text that wraps at `width`, as drawings with the origin at the baseline's left end."""
    words = "".join([part.text for part in text if isinstance(part, Text)])
    usual = all(in_table(part.face, part.text) for part in text if isinstance(part, Text))
    for line in _broken(text, width, size, False, PLAIN if usual else Glyphs(words)):
        shapes: list[Shape] = []
        x = 0.0
        for wide, face, content in line:
            if isinstance(content, Layout):
                shapes.append(Inset(x, 0.0, content))
            elif shapes and isinstance(before := shapes[-1], Run) and before.face == face:
                shapes[-1] = before._replace(text=before.text + content)
            else:
                shapes.append(Run(x, 0.0, face, size, content))
            x += wide
        yield Drawing(x, size, tuple(shapes))


def _words(text: Inline, width: float, size: float, bold: bool, glyphs: Glyphs) -> Iterator[tuple[_Part, list[_Part]]]:
    """Pairs of a space and the unbreakable word after it; the first space counts for nothing."""
    word: list[_Part] = []
    space: _Part = (0.0, "R", "")
    for part in text:
        if isinstance(part, Formula):
            pieces = break_formula(part.latex, width, size, display=False)
            for piece in pieces[:-1]:
                yield space, [*word, (piece.width, "", piece)]
                space, word = (0.0, "R", ""), []
            word.append((pieces[-1].width, "", pieces[-1]))
            continue
        face = "B" if bold else part.face
        for i, chunk in enumerate(part.text.split(" ")):
            if i:
                if word:
                    yield space, word
                space, word = (glyphs.width(face, " ") * size, face, " "), []
            for fragment in _fragments(chunk, face, width / size, glyphs):
                if word and fragment[1]:
                    yield space, word
                    space, word = (0.0, face, ""), []
                word.append((glyphs.width(face, fragment[0]) * size, face, fragment[0]))
    if word:
        yield space, word


def _fragments(chunk: str, face: str, limit: float, glyphs: Glyphs) -> Iterator[tuple[str, bool]]:
    """A word in parts that fit a line, each with whether a line may break before it."""
    if not chunk:
        return
    if len(chunk) * 1.2 < limit or glyphs.width(face, chunk) <= limit:
        yield chunk, False
        return
    start, wide = 0, 0.0
    for i, char in enumerate(chunk):
        step = glyphs.width(face, char)
        if wide + step > limit and i > start and breaks_before(chunk, i):
            yield chunk[start:i], True
            start, wide = i, 0.0
        wide += step
    yield chunk[start:], True


def _strip(parts: list[_Part], size: float, glyphs: Glyphs) -> Strip:
    pieces: list[tuple[float, str, str]] = []
    used: set[str] = set()
    x = start = ascent = descent = 0.0
    shown: list[str] = []
    run, run_face = "", ""

    def end_run() -> None:
        nonlocal run
        if run:
            for resource, code in glyphs.runs(run_face, run):
                shown.append(f"/{resource} {size:g} Tf ({code}) Tj")
                used.add(resource)
            used.update(used_by(run_face, run) - {run_face})
        run = ""

    def end_text() -> None:
        end_run()
        if shown:
            pieces.append((start, f"BT {' '.join(shown)} ET", ""))
            shown.clear()

    for wide, face, content in parts:
        if isinstance(content, Layout):
            end_text()
            pieces.append((x, content.operators, content.latex))
            used |= content.used
            ascent, descent = max(ascent, content.ascent), max(descent, content.descent)
        else:
            if not run and not shown:
                start = x
            if face != run_face:
                end_run()
                run_face = face
            run += content
            ascent, descent = max(ascent, 0.68 * size), max(descent, 0.22 * size)
        x += wide
    end_text()
    return Strip(x, ascent, descent, tuple(pieces), frozenset(used))


def number_strip(text: str) -> Strip:
    """A plain number, its minus sign as long as it should be, its decimal comma without a space."""
    part = layout(text.replace("+", "{+}").replace(",", "{,}"), SIZE)
    return Strip(part.width, part.ascent, part.descent, ((0.0, part.operators, ""),), part.used)


def rule(x: float, y: float, width: float, thickness: float) -> Piece:
    """A horizontal line, which is no part of the text."""
    return Piece(0.0, 0.0, f"{x:.2f} {y - thickness / 2:.2f} {width:.2f} {thickness:g} re f")


def squares(width: float, height: float) -> str:
    """Faint lines as on squared paper, downwards from the origin: as many whole squares as fit."""
    across, down = int(width / SQUARE), int(height / SQUARE)
    left, wide, low = (width - across * SQUARE) / 2, across * SQUARE, -down * SQUARE
    lines = [f"{left + i * SQUARE:.2f} 0 m {left + i * SQUARE:.2f} {low:.2f} l" for i in range(across + 1)]
    lines += [f"{left:.2f} {-i * SQUARE:.2f} m {left + wide:.2f} {-i * SQUARE:.2f} l" for i in range(down + 1)]
    return f"q 0.75 G {HAIRLINE} w {' '.join(lines)} S Q"
