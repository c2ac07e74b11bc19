"""What all sections of the page share: the class, how its words, formulas and numbers are written, its items' rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from grader.class_report.cohort import Cohort
from grader.class_report.figures import Figures
from grader.class_report.formulas import Formulas
from grader.class_report.pictures.plots import sparkline, stacked
from grader.marking.shown import commonest
from grader.marking.verdicts import VERDICTS
from grader.statistics.items import QUARTERS

MOST_NAMED = 40  # students whom one line names


@dataclass(frozen=True)
class Telling:
    """mark: to pass, in per cent; word: a macro of report_words.txt, in words; named: whether students are."""

    cohort: Cohort
    formulas: Formulas
    word: Callable[..., Markup]
    mark: float = 50.0
    named: bool = False

    @cached_property
    def say(self) -> Figures:
        """How numbers are written."""
        return Figures(self.formulas.written.decimal_mark)

    @cached_property
    def items(self) -> list[dict[str, Any]]:
        """A row for every item and task, in the order of the paper."""
        table, say, rows = self.cohort.statistics, self.say, []
        commonest_one = commonest(self.cohort.reasons, len(self.cohort.asked))
        for i, asked in enumerate(self.cohort.asked):
            shares = [float(table[verdict][i]) for verdict in VERDICTS]
            quarters = [float(table[f"quarter{k}"][i]) for k in range(1, QUARTERS + 1)]
            said = [(verdict, say.share(share)) for verdict, share in zip(VERDICTS, shares, strict=True) if share > 0]
            rows.append(
                {
                    "id": asked.id,
                    "name": self.formulas.name(asked),
                    "question": asked.question[1:],
                    "task": not asked.layer,
                    "part": asked.part,
                    "layer": asked.layer,
                    "facility": say.heat(float(table["facility"][i])),
                    "quarters": sparkline(quarters, self.word("quarters_label", [say.share(q) for q in quarters])),
                    "discrimination": say.cell(float(table["discrimination"][i]), 2),
                    "efficiency": say.share_cell(float(table["discriminative_efficiency"][i])),
                    "weight": say.share_cell(float(table["effective_weight"][i])),
                    "bar": stacked(shares, self.word("bar_label", said)) if said else "",
                    "shares": [say.share_cell(share) for share in shares],
                    "misconception": commonest_one[i],
                }
            )
        return rows

    def called(self, s: int) -> str:
        """A student's id and, if known, name."""
        return self.with_name(self.cohort.students[s])

    def with_name(self, student: str) -> str:
        """The same of an id."""
        name = self.cohort.names.get(student, "")
        return f"{student} ({name})" if name else student
