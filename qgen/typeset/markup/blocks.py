r"""The markup of a paper, read into blocks. Templates write it; `escape` protects what people wrote.

    # Title
    ## Question heading | marks          the part after | stands at the right
    ### Part heading | marks               #### Layer heading | marks
    Paragraph: lines up to an empty line. $formula$ **bold** *italic*, and \* for a plain character.
    - list item                          lines that follow it belong to it
    $$ formula $$ | note                 a formula on its own line, broken if it is too long; the note at the right
    @fields Name: 60% = Ada | Id: 40% -> id
                                         lines to write on, named after ->, or filled in after =
    @fields Id: 40% 00000 -> id          cells for 5 digits in the line's place
    @table [N] [bare] [kept] [ruled]     rows of cells with | between them, the first row the header (none if bare);
    @end                                 N: the rows in N groups side by side. Columns of numbers align at the point.
                                         kept: its last row is on one page with what follows
                                         ruled: as wide as the page, a line under each row, room in empty columns
    @boxes [N]                           answer boxes, N in a row (as many as fit):
                                         label | item id [| value [| the label in words [| cells]]]
                                         no field is made of one without an id
                                         cells: a comb in the box's place, as it is filled in: -0.0000 for a sign, a
                                         digit, a point (or comma), 4 decimals; 00000 for 5 digits
                                         -0.0000 open: an open box of this width, to stand among combs
    @end
    @diagram NAME                        a drawing of the caller's
    @diagrams [N]                        drawings, N in a row (3): label | NAME
    @end
    @beside NAME                         what stands in between is on one page, with a drawing at its right
    @end
    @rule   @page                        a line, a new page
    @space POINTS|rest [squared]         a gap, or the rest of the page, empty or with squares to calculate on
    @section NAME                        what follows belongs to NAME; nothing is printed
    @keep                                what stands in between is on one page
    @end

Formulas are the LaTeX of latex.py. Dollars, bars and stars inside a formula are the formula's.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from qgen.errors import InputError, nearest
from qgen.typeset.markup.inline import (
    Formula,
    Inline,
    MarkupError,
    Protected,
    Text,
    check_public,
    escape,
    inline,
    number_in,
    split,
)
from qgen.typeset.markup.tree import (
    AnswerBox,
    Block,
    Boxes,
    Diagram,
    Diagrams,
    Display,
    Field,
    Fields,
    Gap,
    Heading,
    Keep,
    NewPage,
    Paragraph,
    Rule,
    Tabular,
)
from qgen.typeset.private import MOST_DIGITS, normalised, numbered

__all__ = [
    "AnswerBox",
    "Block",
    "Boxes",
    "Diagram",
    "Diagrams",
    "Display",
    "Field",
    "Fields",
    "Formula",
    "Gap",
    "Heading",
    "Inline",
    "Keep",
    "NewPage",
    "Paragraph",
    "Rule",
    "Tabular",
    "Text",
    "escape",
    "inline",
    "parse",
    "split",
]

TABLE_OPTIONS = "bare", "kept", "ruled"
COMMANDS = (
    *("section", "fields", "table", "boxes", "diagram", "diagrams", "rule", "space", "page", "keep", "beside", "end"),
)


def _display(line: str) -> Display:
    check_public(line)
    normal, digits = normalised(line)
    if len(digits) > MOST_DIGITS:
        raise MarkupError("this line has too many digits")
    return Display(*_numbered_display(normal), "".join(digits))


@lru_cache(maxsize=4096)
def _numbered_display(normal: str) -> tuple[str, Inline]:
    formula, end, rest = numbered(normal)[2:].partition("$$")
    bar, note = rest.strip()[:1], Protected(rest.strip()[1:], numbered=True)
    if not end or not formula.strip() or bar not in ("", "|"):
        raise MarkupError("write $$ formula $$, or $$ formula $$ | note")
    return formula.strip(), note.inline(note.text)


_HEADING = re.compile(r"(#{1,4})\s")
_CELLS = re.compile(r"(?:(-0(?:[.,]0+)?|0+)( open)?)?")


def parse(markup: str) -> tuple[Block, ...]:
    """The blocks of a paper. All faults at once as one InputError, each with its line."""
    return _Parser(markup).parse()


class _Parser:
    def __init__(self, markup: str) -> None:
        self.lines = markup.split("\n")
        self.at = 0
        self.faults: list[str] = []

    def parse(self) -> tuple[Block, ...]:
        blocks = tuple(self.blocks(0))
        if self.faults:
            raise InputError(*self.faults)
        return blocks

    def fault(self, number: int, why: object) -> None:
        self.faults.append(f'markup line {number}: "{self.lines[number - 1].strip()}": {why}')

    def next(self) -> str | None:
        if self.at == len(self.lines):
            return None
        self.at += 1
        return self.lines[self.at - 1].strip()

    def blocks(self, opened: int) -> Iterator[Block]:
        """The blocks up to @end if line `opened` opened a group, else up to the end of the markup."""
        while (line := self.next()) is not None:
            number = self.at
            if not line:
                continue
            try:
                if line == "@end":
                    if opened:
                        return
                    raise MarkupError("there is nothing open for @end to close")
                if line.startswith("@"):
                    yield from self.command(line, number)
                else:
                    yield self.plain(line)
            except MarkupError as fault:
                self.fault(number, fault)
        if opened:
            self.fault(opened, "this has no @end")

    def plain(self, line: str) -> Block:
        if line.startswith("$$"):
            return _display(line)
        if heading := _HEADING.match(line + " "):
            protected = Protected(line[heading.end() :])
            text, _, right = protected.text.partition("|")
            return Heading(len(heading.group(1)), protected.inline(text), protected.inline(right))
        words = [line]
        while self.at < len(self.lines) and self.continues(self.lines[self.at].strip()):
            words.append(self.lines[self.at].strip())
            self.at += 1
        item = bool(re.match(r"-\s", line))
        protected = Protected(" ".join(words)[2 * item :])
        return Paragraph(protected.inline(protected.text), item)

    @staticmethod
    def continues(line: str) -> bool:
        return bool(line) and not re.match(r"#{1,4}\s|\$\$|@|-\s", line)

    def command(self, line: str, number: int) -> Iterator[Block]:
        name, *words = line[1:].split(None, 1) or [""]
        rest = words[0] if words else ""
        match name:
            case "fields":
                yield self.fields(rest)
            case "table":
                yield self.table(rest, number)
            case "boxes":
                yield self.boxes(rest, number)
            case "diagram":
                if not rest:
                    raise MarkupError("write @diagram NAME")
                yield Diagram(rest)
            case "diagrams":
                yield self.diagrams(rest, number)
            case "keep":
                yield Keep(tuple(self.blocks(number)))
            case "beside":
                inner = tuple(self.blocks(number))
                if not rest or not inner:
                    raise MarkupError("write @beside NAME, and what stands at its left")
                yield Keep(inner, rest)
            case "space":
                found = re.fullmatch(r"(rest|\d+(?:\.\d+)?)( +squared)?", rest.strip())
                if not found:
                    raise MarkupError("write @space and a number of points, or rest; squared may follow")
                yield Gap(0.0 if found[1] == "rest" else float(found[1]), bool(found[2]), found[1] == "rest")
            case "section":
                pass  # for whoever reads the markup before it is set
            case "rule":
                yield Rule()
            case "page":
                yield NewPage()
            case _:
                raise MarkupError(f"there is no command @{name}; {nearest(name, COMMANDS)}")

    def fields(self, rest: str) -> Fields:
        line = Protected(rest)
        fields = []
        for part in line.text.split("|"):
            label, _, after = part.partition(":")
            place, _, value = after.partition("=")
            share, _, name = place.partition("->")
            percent = re.fullmatch(r"(\d{1,3})\s*%(?:\s+(0+))?", share.strip())
            if not label.strip() or not percent or not 0 < int(percent.group(1)) <= 100:
                raise MarkupError("a field is written as Label: 60%, Label: 60% -> name, or Label: 60% = value")
            share_of_width = int(percent.group(1)) / 100
            called, cells = line.plain(name), percent.group(2) or ""
            fields.append(Field(line.inline(label), share_of_width, line.inline(value), called, cells))
        if sum(field.share for field in fields) > 1.001:
            raise MarkupError("the fields take more than 100% of the line")
        return Fields(tuple(fields))

    def rows(self, opened: int) -> Iterator[tuple[int, Protected, list[str]]]:
        """The lines up to @end, split at their bars."""
        while (line := self.next()) is not None:
            if line == "@end":
                return
            if line:
                try:
                    protected = Protected(line)
                    yield self.at, protected, protected.text.split("|")
                except MarkupError as fault:
                    self.fault(self.at, fault)
        self.fault(opened, "this has no @end")

    def table(self, rest: str, opened: int) -> Tabular:
        options = rest.split()
        bare, kept, ruled = (option in options for option in TABLE_OPTIONS)
        counts = [option for option in options if option not in TABLE_OPTIONS]
        rows: list[tuple[Inline, ...]] = []
        for number, line, cells in self.rows(opened):
            try:
                row = tuple(line.inline(cell) if cell.strip() else () for cell in cells)
                if rows and len(row) != len(rows[0]):
                    raise MarkupError(f"{len(row)} cells in a table of {len(rows[0])} columns")
                rows.append(row)
            except MarkupError as fault:
                self.fault(number, fault)
        if len(counts) > 1 or not all(re.fullmatch("[1-9]", count) for count in counts):
            raise MarkupError(
                "write @table, or @table and the number of groups side by side (1 to 9), bare, kept, ruled"
            )
        if len(rows) < (1 if bare else 2):
            raise MarkupError("this table has no rows")
        body = rows if bare else rows[1:]
        numeric = tuple(
            any(column) and all(not cell or number_in(cell) for cell in column) for column in zip(*body, strict=True)
        )
        groups = min(int(counts[0]) if counts else 1, len(body))
        return Tabular(() if bare else rows[0], tuple(body), groups, numeric, kept, ruled)

    def diagrams(self, rest: str, opened: int) -> Diagrams:
        drawings = []
        for number, line, cells in self.rows(opened):
            if len(cells) == 2 and cells[1].strip():
                drawings.append((line.inline(cells[0]), line.plain(cells[1])))
            else:
                self.fault(number, "a drawing is written as label | name")
        if not re.fullmatch("[1-9]?", rest) or not drawings:
            raise MarkupError("write @diagrams, or @diagrams and the number in a row (1 to 9), and drawings below it")
        return Diagrams(tuple(drawings), int(rest or 3))

    def boxes(self, rest: str, opened: int) -> Boxes:
        boxes = []
        for number, line, cells in self.rows(opened):
            try:
                if not 2 <= len(cells) <= 5:
                    raise MarkupError("a box is written as label | item id, and may go on | value | words | cells")
                label, item, value, spoken, comb = (*cells, "", "", "")[:5]
                found = _CELLS.fullmatch(line.plain(comb))
                if not found:
                    raise MarkupError("cells are written as -0.0000 or 0000, with open after them for a box")
                boxes.append(
                    AnswerBox(line.inline(label), line.plain(item), line.inline(value), line.plain(spoken),
                              found[1] or "", bool(found[2]))
                )  # fmt: skip
            except MarkupError as fault:
                self.fault(number, fault)
        if not re.fullmatch("[1-9]?", rest):
            raise MarkupError("write @boxes, or @boxes and the number in a row (1 to 9)")
        if not boxes:
            raise MarkupError("there are no boxes here")
        return Boxes(tuple(boxes), int(rest or 0))
