"""Numbers as a page shows them, and as its tables are sorted by."""

from __future__ import annotations

from dataclasses import dataclass

from grader.class_report.pictures.plots import shade
from grader.statistics.undefined import Figure, Undefined

NONE = "–"  # where a statistic is not defined


@dataclass(frozen=True)
class Cell:
    """`value` sorts it, "" where there is none; `shade` is the class of a facility's colour."""

    text: str
    value: str
    shade: str = ""


@dataclass(frozen=True)
class Figures:
    """Numbers in a language, with its decimal mark."""

    decimal_mark: str = "."

    def marks(self, value: Figure, digits: int = 1) -> str:
        """Marks, or another number: 62.1."""
        if isinstance(value, Undefined) or value != value:
            return NONE
        text = f"{value:.{digits}f}"
        text = text if float(text) else text.removeprefix("-")
        return text.replace(".", self.decimal_mark).replace("-", "−")

    def short(self, value: float) -> str:
        """Marks without zeros that say nothing: 66, 0.5."""
        return f"{round(value, 2):g}".replace(".", self.decimal_mark).replace("-", "−")

    def share(self, value: Figure, digits: int = 0) -> str:
        """Per cent."""
        return NONE if isinstance(value, Undefined) or value != value else f"{self.marks(100 * value, digits)} %"

    def p(self, value: float) -> str:
        """A probability to two places that say something; with a sign where it is less than can be told."""
        return f"< {self.marks(0.001, 3)}" if value < 0.001 else self.marks(value, 2 if value >= 0.1 else 3)

    def cell(self, value: Figure, digits: int = 1) -> Cell:
        """A number in a table."""
        return Cell(self.marks(value, digits), _value(value))

    def share_cell(self, value: Figure) -> Cell:
        """A share in a table."""
        return Cell(self.share(value), _value(value))

    def heat(self, facility: float) -> Cell:
        """A facility, on its colour."""
        return Cell(self.share(facility), _value(facility), shade(facility))


def _value(value: Figure) -> str:
    return "" if isinstance(value, Undefined) or value != value else f"{value:.4g}"
