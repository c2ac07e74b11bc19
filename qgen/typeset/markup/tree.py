"""What a paper is made of, block by block: what `blocks` reads markup into."""

from typing import NamedTuple

from qgen.typeset.markup.inline import Inline
from qgen.typeset.private import filled


class Heading(NamedTuple):
    """A heading of level 1 (the title), 2 (a question), 3 (a part) or 4 (a layer), and what stands at its right."""

    level: int
    text: Inline
    right: Inline


class Paragraph(NamedTuple):
    """Running text; a list item if `item`."""

    text: Inline
    item: bool = False


class Display(NamedTuple):
    """A formula on its own lines, and a note at its right, both with their `digits` numbered (private.py).

    So lines that differ only in their digits are read and set once.
    """

    latex: str
    note: Inline
    digits: str = ""

    def filled(self) -> "Display":
        """The same with its digits in their places."""
        note = tuple(type(part)(*(filled(text, self.digits) for text in part)) for part in self.note)
        return Display(filled(self.latex, self.digits), note)


class Field(NamedTuple):
    """A label and a line to write on, `share` of the width, called `name`; filled in if there is a value.

    cells: such as 00000, those of a comb in the line's place.
    """

    label: Inline
    share: float
    value: Inline
    name: str = ""
    cells: str = ""


class Fields(NamedTuple):
    """Fields in one row."""

    fields: tuple[Field, ...]


class Tabular(NamedTuple):
    """Rows of cells in `groups` side by side; `numeric` tells the columns that align at the decimal point.

    kept: on one page with what follows. ruled: a form to write in.
    """

    header: tuple[Inline, ...]
    rows: tuple[tuple[Inline, ...], ...]
    groups: int
    numeric: tuple[bool, ...]
    kept: bool = False
    ruled: bool = False


class AnswerBox(NamedTuple):
    """A box to write the answer of an item in, with its label, also in words; a printed value on a solution.

    Without an item it is a box to write in, and no form's field. cells: such as -0.0000, those of a comb in its place;
    open: of the comb there is only the width.
    """

    label: Inline
    item: str
    value: Inline
    spoken: str = ""
    cells: str = ""
    open: bool = False


class Boxes(NamedTuple):
    """A grid of answer boxes, `columns` in a row, 0 for as many as fit."""

    boxes: tuple[AnswerBox, ...]
    columns: int


class Diagram(NamedTuple):
    """A drawing, by name."""

    name: str


class Diagrams(NamedTuple):
    """Drawings by name, each below its label, `columns` in a row if there is room."""

    drawings: tuple[tuple[Inline, str], ...]
    columns: int


class Rule(NamedTuple):
    """A line across the page."""


class Gap(NamedTuple):
    """Empty space, in points, or the `rest` of the page; `squared` like paper to calculate on."""

    points: float
    squared: bool = False
    rest: bool = False


class NewPage(NamedTuple):
    """The rest starts on a new page."""


class Keep(NamedTuple):
    """Blocks on one page; `beside`: with a drawing at their right."""

    blocks: "tuple[Block, ...]"
    beside: str = ""


Block = Heading | Paragraph | Display | Fields | Tabular | Boxes | Diagram | Diagrams | Rule | Gap | NewPage | Keep
