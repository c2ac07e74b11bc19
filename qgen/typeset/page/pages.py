"""Markup -> a PDF: lines drawn on pages, with a header, a footer and a seal on each, tags and form fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.fonts.embed import embed
from qgen.typeset.fonts.glyphs import Glyphs
from qgen.typeset.markup.inline import Inline, Text, split
from qgen.typeset.math.speech import ENGLISH, Vocabulary, speak
from qgen.typeset.page.corners import corners
from qgen.typeset.page.document import set_lines
from qgen.typeset.page.fields import Fields
from qgen.typeset.page.frame import FOOTER_LOW, HEADER_LOW, Frame, frame
from qgen.typeset.page.lines import HAIRLINE, Path, shortened, single, squares
from qgen.typeset.page.paginate import Placed, paginate
from qgen.typeset.page.sheets import SIZE
from qgen.typeset.page.tags import Tree
from qgen.typeset.pdf.metadata import add_catalog
from qgen.typeset.pdf.objects import File, packed, plain
from qgen.typeset.private import PAGE, PAGES

MARGIN_SIZE, PART_GAP = 9.0, 18.0


@dataclass
class Page:
    """Collects the operators of one page, each with its place in the document's structure."""

    tree: Tree
    frame: Frame
    operators: list[str] = field(default_factory=list)
    artifacts: list[str] = field(default_factory=list)

    def emit(self, path: Path, x: float, y: float, operators: str, alt: str = "", attributes: str = "") -> None:
        """Draws at a place; `path` tells the element (empty: what is not read), `alt` how it reads aloud."""
        drawn = f"q 1 0 0 1 {x:.2f} {y:.2f} cm {operators} Q" if operators else ""
        if path:
            role, number = self.tree.tag(path, alt, attributes)
            self.operators.append(f"/{role}<</MCID {number}>>BDC {drawn} EMC")
        else:
            self.artifacts.append(drawn)

    def content(self) -> bytes:
        """The content stream."""
        scale = [f"{self.frame.scale:.5f} 0 0 {self.frame.scale:.5f} 0 0 cm"] if self.frame.scale != 1 else []
        rest = ["/Artifact BMC", *self.artifacts, "EMC"] if self.artifacts else []
        return "\n".join([*scale, *self.operators, *rest]).encode("latin-1")


def render(
    markup: str,
    *,
    paper: str = "a4",
    font_size: float = SIZE,
    header: str,
    footer: str,
    later: str = "",
    drawings: Mapping[str, Drawing],
    title: str,
    language: str = "en",
    words: Vocabulary = ENGLISH,
    form: Mapping[str, str] | None = None,
    seal: Callable[[int], Drawing] | None = None,
    hidden: Callable[[int], Mapping[str, str]] = lambda page: {},
    replacing: bool = False,
) -> bytes:
    """The PDF of a document; the same arguments give the same bytes, in any order and process.

    header, footer: one line of markup each, split at | into a left and a right part; {page} and {pages} stand for
    the page's number and their count. later: the header of all pages but the first, if it is another one. `escape`
    protects people's words in them. font_size: of running text, in points; all else grows with it. drawings: by the
    names that @diagram uses. language, words: what formulas are read aloud in. form: makes boxes and lines fields that
    can be filled in on a screen; what it holds goes into hidden fields. seal: the square that is drawn in the corners
    of a page, by its number. hidden: what goes into hidden fields of a page of a form, by its number. replacing: what
    no typeface has is replaced by a mark. InputError for faulty markup, an unknown drawing, and a character no typeface
    has.
    """
    page_frame = frame(paper, font_size)
    first_header, foot, header_after = split(header), split(footer), split(later or header)
    printed = [_numbered(part, 1, 1) for parts in (first_header, foot, header_after) for part in parts]
    lines, glyphs = set_lines(markup, page_frame.text_width, drawings, printed, replacing=replacing)
    sheets = paginate(lines, page_frame.text_height)
    file = File()
    first = file.reserve(len(sheets))
    tree = Tree(file, range(first, first + len(sheets)), partial(speak, words=words))
    fields = Fields(file, tree)
    for name, value in (form or {}).items():
        fields.hide(name, value, first)
    used: set[str] = {"R"}
    contents = []
    for number, sheet in enumerate(sheets, 1):
        page = Page(tree, page_frame)
        tree.page()
        here = first + number - 1
        for name, value in ({} if form is None else hidden(number)).items():
            fields.hide(name, value, here)
        for placed in sheet:
            _draw(page, placed, None if form is None else fields, here)
            used |= placed.line.used
        if seal:
            _sealed(page, seal(number))
        used |= _margins(page, (header_after if number > 1 else first_header, foot), number, len(sheets), glyphs)
        contents.append(file.stream(packed(page.content())))
    fonts = embed(file, frozenset(used), glyphs, form=form is not None)
    pages = _page_tree(file, first, contents, page_frame.sheet, f"<</Font {fonts}{_pictures(file, drawings)}>>", fields)
    return add_catalog(file, pages=pages, tree=tree.write(), form=fields.write(fonts), title=title, language=language)


def _pictures(file: File, drawings: Mapping[str, Drawing]) -> str:
    """Adds the pictures of all drawings, each once; the resources by their names."""
    found = {one.name: one for drawing in drawings.values() for one in drawing.pictures}
    numbers = [f"/{name} {file.stream(plain(one.data, one.entries))} 0 R" for name, one in found.items()]
    return f"/XObject<<{''.join(numbers)}>>" if numbers else ""


def _sealed(page: Page, drawing: Drawing) -> None:
    """Draws a seal in the corners of the sheet, in its own size; what is drawn again is packed into next to nothing."""
    sheet = page.frame
    unit = sheet.units(1)
    operators = drawing.operators if unit == 1 else f"{unit:.5f} 0 0 {unit:.5f} 0 0 cm {drawing.operators}"
    for left, low in corners(*sheet.sheet, drawing.width):
        page.emit((), sheet.units(left), sheet.units(low), operators)


def _page_tree(
    file: File, first: int, contents: Sequence[int], size: tuple[float, float], fonts: str, fields: Fields
) -> int:
    """Adds the pages, numbered from `first` on; the number of their root."""
    resources, root = file.add(fonts), file.reserve()
    for index, content in enumerate(contents):
        file.put(
            first + index,
            f"<</Type/Page/Parent {root} 0 R/MediaBox[0 0 {size[0]:g} {size[1]:g}]/Resources {resources} 0 R"
            f"/Contents {content} 0 R/StructParents {index}/Tabs/S{fields.annotations(first + index)}>>",
        )
    kids = " ".join(f"{first + index} 0 R" for index in range(len(contents)))
    file.put(root, f"<</Type/Pages/Count {len(contents)}/Kids[{kids}]>>")
    return root


def _draw(page: Page, placed: Placed, fields: Fields | None, number: int) -> None:
    line, sheet = placed.line, page.frame
    side, y = sheet.side, sheet.height - sheet.top - placed.baseline
    if line.opens:
        page.tree.group()
    if line.squared:
        page.emit((), side, y, squares(sheet.text_width, line.descent))
    for x, rise, operators, path, alt, size, span in line.pieces:
        left, low, attributes = side + x, y + rise, ""
        if path and path[-1][0] == "Figure":
            box = left, y - line.descent, sheet.width - left, y + line.ascent
            if size:
                box = left, low, left + size[0], low + size[1]
            corners = " ".join(f"{sheet.scale * at:.2f}" for at in box)
            attributes = f"/A<</O/Layout/Placement/Block/BBox[{corners}]>>"
        elif span > 1:
            attributes = f"/A<</O/Table/ColSpan {span}>>"
        page.emit(path, left, low, operators, alt, attributes)
    if fields:
        for blank in line.blanks:
            fields.add(blank._replace(x=side + blank.x, y=y + blank.y), number, sheet.scale)


def _margins(
    page: Page, margins: tuple[tuple[Inline, ...], tuple[Inline, ...]], number: int, count: int, glyphs: Glyphs
) -> set[str]:
    """Header and footer; the header has a rule below."""
    used: set[str] = set()
    sheet = page.frame
    room, head = sheet.text_width, sheet.height - sheet.units(HEADER_LOW)
    for parts, y in zip(margins, (head, sheet.units(FOOTER_LOW)), strict=True):
        strips = [single(_numbered(part, number, count), MARGIN_SIZE, glyphs=glyphs) for part in parts]
        spare = room - sum(strip.width for strip in strips) - PART_GAP * (len(parts) - 1)
        # What is too wide is cut: the first part, a title, before the part that says whose and which page it is.
        for i in range(len(parts)):
            most = min(strips[i].width + min(spare, 0.0), room)
            if strips[i].width > most:
                width = strips[i].width
                strips[i] = shortened(_numbered(parts[i], number, count), most, MARGIN_SIZE, glyphs=glyphs)
                spare += width - strips[i].width
        for i, strip in enumerate(strips):
            used |= strip.used
            # The first part at the left, the last at the right, one between them in the middle.
            x = sheet.side + (room - strip.width) * (i / (len(parts) - 1) if len(parts) > 1 else 0.0)
            for dx, operators, _ in strip.pieces:
                page.emit((), x + dx, y, operators)
    if any(margins[0]):
        page.artifacts.append(f"{sheet.side:.2f} {head - 6:.2f} {room:.2f} {HAIRLINE} re f")
    return used


def _numbered(part: Inline, number: int, count: int) -> Inline:
    return tuple(
        Text(span.face, span.text.replace(PAGE, str(number)).replace(PAGES, str(count)))
        if isinstance(span, Text)
        else span
        for span in part
    )
