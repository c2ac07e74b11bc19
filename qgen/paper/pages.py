"""Blocks -> a PDF: lines placed on pages along a grid, with a header and a footer on each."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from qgen.errors import InputError, nearest
from qgen.paper import pdf
from qgen.paper.blocks import Block
from qgen.paper.diagram import Drawing
from qgen.paper.flow import Flow
from qgen.paper.fonts import Glyphs, UnprintableError
from qgen.paper.inline import PAGE, PAGES, Inline, Text, split
from qgen.paper.lines import GRID, HAIRLINE, PLAIN, Blank, Line, Path, shortened, single

PAPERS = {"a4": (595.28, 841.89), "letter": (612.0, 792.0)}
SIDE, TOP, BOTTOM = 56.7, 68.0, 64.0
MARGIN_SIZE, PART_GAP = 9.0, 18.0


def text_width(paper: str = "a4") -> float:
    """The width of the text in points, for drawings."""
    return _size(paper)[0] - 2 * SIDE


def _size(paper: str) -> tuple[float, float]:
    if paper not in PAPERS:
        raise InputError(f'paper "{paper}" is not a known size; {nearest(paper, PAPERS)}')
    return PAPERS[paper]


@dataclass
class Page:
    """What is drawn on one page, each piece with its place in the document's structure."""

    operators: list[str] = field(default_factory=list)
    blanks: list[Blank] = field(default_factory=list)

    def emit(self, path: Path, operators: str, alt: str = "") -> None:
        """The one way onto a page: `path` tells the element (empty: an artifact), `alt` how it reads aloud."""
        self.operators.append(operators)


@dataclass(frozen=True, slots=True)
class Placed:
    """A line and its baseline, in points below the top of the text."""

    line: Line
    baseline: float


def render(
    blocks: Sequence[Block],
    *,
    paper: str = "a4",
    header: str,
    footer: str,
    drawings: Mapping[str, Drawing],
    title: str,
    author: str = "",
    subject: str = "",
    language: str = "en",
) -> bytes:
    """The PDF of a document; the same arguments give the same bytes, in any order and process.

    header, footer: one line of markup each, split at | into a left and a right part; {page} and {pages} stand for
    the page's number and their count. `escape` protects people's words in them. drawings: by the names that
    @diagram uses. InputError for a faulty formula, an unknown drawing, and a character no typeface has.
    """
    width, height = _size(paper)
    marks = split(header), split(footer)
    glyphs = PLAIN
    try:
        lines = Flow(width - 2 * SIDE, drawings).lines(blocks)
        for part in (*marks[0], *marks[1]):
            single(_numbered(part, 1, 1))
    except UnprintableError:
        # Few documents hold a name that leaves the fixed tables; only these pay for glyphs of their own.
        glyphs = Glyphs(" ".join(_texts((blocks, marks))))
        lines = Flow(width - 2 * SIDE, drawings, glyphs).lines(blocks)
    sheets = paginate(lines, math.floor((height - TOP - BOTTOM) / GRID) * GRID)
    used: set[str] = set()
    pages = []
    for number, sheet in enumerate(sheets, 1):
        page = Page()
        for placed in sheet:
            _draw(page, placed, height - TOP)
            used |= placed.line.used
        used |= _margins(page, marks, number, len(sheets), width, height, glyphs)
        pages.append("\n".join(page.operators))
    return pdf.write(
        pages,
        width=width,
        height=height,
        used=used,
        glyphs=glyphs,
        title=title,
        subject=subject,
        author=author,
        language=language,
    )


def paginate(lines: Sequence[Line], height: float) -> list[list[Placed]]:
    """Lines on pages: baselines on the grid, lines that belong together on one page."""
    sheets: list[list[Placed]] = [[]]
    bottom = 0.0
    for group in _groups(lines):
        if group[0].new_page:
            if sheets[-1]:
                sheets.append([])
                bottom = 0.0
            continue
        placed, end = _place(group, bottom)
        if end > height + 0.01 and sheets[-1]:
            sheets.append([])
            repeated = group[0].repeat
            placed, end = _place([repeated, *group] if repeated else group, 0.0)
        if end <= height + 0.01:
            sheets[-1] += placed
            bottom = end
            continue
        # More than a page that should stay together is broken where it must be.
        bottom = sheets[-1][-1].baseline + sheets[-1][-1].line.descent if sheets[-1] else 0.0
        for line in group:
            (one,), end = _place([line], bottom)
            if end > height + 0.01 and sheets[-1]:
                sheets.append([])
                (one,), end = _place([line], 0.0)
            sheets[-1].append(one)
            bottom = end
    return [sheet for sheet in sheets if sheet] or [[]]


def _groups(lines: Sequence[Line]) -> list[list[Line]]:
    groups: list[list[Line]] = []
    keep = False
    for line in lines:
        if keep and not line.new_page:
            groups[-1].append(line)
        else:
            groups.append([line])
        keep = line.keep
    return groups


def _place(group: Sequence[Line], bottom: float) -> tuple[list[Placed], float]:
    placed = []
    for line in group:
        before = line.before if bottom else 0.0
        baseline = math.ceil((bottom + before + line.ascent) / GRID - 1e-6) * GRID
        placed.append(Placed(line, baseline))
        bottom = baseline + line.descent
    return placed, bottom


def _draw(page: Page, placed: Placed, top: float) -> None:
    y = top - placed.baseline
    for piece in placed.line.pieces:
        page.emit(piece.path, f"q 1 0 0 1 {SIDE + piece.x:.2f} {y + piece.y:.2f} cm {piece.operators} Q", piece.alt)
    for blank in placed.line.blanks:
        page.blanks.append(Blank(blank.name, SIDE + blank.x, y + blank.y, blank.width, blank.height, blank.path))


def _margins(
    page: Page,
    marks: tuple[tuple[Inline, ...], tuple[Inline, ...]],
    number: int,
    count: int,
    width: float,
    height: float,
    glyphs: Glyphs,
) -> set[str]:
    used: set[str] = set()
    room = width - 2 * SIDE
    for parts, y, line in ((marks[0], height - TOP + 18, -6.0), (marks[1], BOTTOM - 32, 12.0)):
        strips = [single(_numbered(part, number, count), MARGIN_SIZE, glyphs=glyphs) for part in parts]
        spare = room - sum(strip.width for strip in strips) - PART_GAP * (len(parts) - 1)
        if spare < 0:
            longest = max(range(len(parts)), key=lambda i: strips[i].width)
            part = _numbered(parts[longest], number, count)
            strips[longest] = shortened(part, strips[longest].width + spare, MARGIN_SIZE, glyphs=glyphs)
        for i, strip in enumerate(strips):
            used |= strip.used
            # The first part at the left, the last at the right, one between them in the middle.
            x = SIDE + (room - strip.width) * (i / (len(parts) - 1) if len(parts) > 1 else 0.0)
            for piece in strip.placed(x, y, ()):
                page.emit((), f"q 1 0 0 1 {piece.x:.2f} {y:.2f} cm {piece.operators} Q")
        if any(parts):
            page.emit((), f"{SIDE} {y + line:.2f} {width - 2 * SIDE:.2f} {HAIRLINE} re f")
    return used


def _numbered(part: Inline, number: int, count: int) -> Inline:
    return tuple(
        Text(span.face, span.text.replace(PAGE, str(number)).replace(PAGES, str(count)))
        if isinstance(span, Text)
        else span
        for span in part
    )


def _texts(node: object) -> list[str]:
    """All words in a tree of blocks."""
    if isinstance(node, Text):
        return [node.text.replace(PAGE, "").replace(PAGES, "")]
    if isinstance(node, tuple | list):
        return [text for child in node for text in _texts(child)]
    names = getattr(type(node), "__slots__", ())
    return [text for name in names for text in _texts(getattr(node, name))]
