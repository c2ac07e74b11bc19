"""How given numbers stand on a paper: inputs and targets first, then a column for each unit, layer by layer.

Or as matrices, where the notation says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from qgen.engine.question import SHOWN, Given, Question
from qgen.engine.symbols import latex_name
from qgen.exam.certify import Batch
from qgen.exam.notation import MATRICES
from qgen.exam.spec import Spec
from qgen.papers.matrices import Matrix, matrices
from qgen.papers.notation import Written
from qgen.solution.worked import given_text
from qgen.typeset.math.formula import layout, widest
from qgen.typeset.page.frame import frame
from qgen.typeset.page.sheets import SIZE
from qgen.typeset.page.tabular import CELL_GAP

GROUPS = 6  # columns of name and value in a table
Column = list[str]  # ids of given numbers


@dataclass(frozen=True)
class Givens:
    """The given numbers of a question's variants, laid out the same on all papers."""

    batch: Batch
    spec: Spec
    written: Written

    @property
    def question(self) -> Question:
        """The question."""
        return self.batch.question

    def of(self, variant: int) -> list[dict[str, Any]]:
        """What is given for all iterations, then for each of them: matrices, then tables."""
        givens = {name: {"name": latex_name(name), "value": self.text(name, variant)} for name in self.question.givens}
        return [self._shown(*places, givens) for places in self._layout]

    def text(self, name: str, variant: int) -> str:
        """A given number as it is printed."""
        return self._text(name, float(self.batch.givens[name][variant]))

    def _shown(
        self, groups: list[list[Matrix]], tables: list[list[Column]], givens: Mapping[str, dict[str, str]]
    ) -> dict[str, Any]:
        numbers = {name: given["value"] for name, given in givens.items()}
        return {
            "matrices": [[matrix.latex(numbers) for matrix in group] for group in groups],
            "tables": [self._table(columns, givens) for columns in tables],
        }

    def _table(self, columns: Sequence[Column], givens: Mapping[str, dict[str, str]]) -> dict[str, Any]:
        """The rows of a table with these columns side by side, the shorter ones filled up with empty rows."""
        most, rows = max(map(len, columns)), []
        for column in columns:
            rows += [givens[name] | {"value": self.written.number(givens[name]["value"])} for name in column]
            rows += [{"name": "", "value": ""}] * (most - len(column))
        return {"columns": len(columns), "rows": rows}

    @cached_property
    def _layout(self) -> list[tuple[list[list[Matrix]], list[list[Column]]]]:
        """The matrices and tables of what is given for all iterations, then of what is given for each."""
        question, notation = self.question, self.written.notation
        several = question.iterations > 1
        common = [
            given.id
            for given in question.given.values()
            if given.kind != "learning_rate" and not (several and given.iteration)
        ]
        examples = [question.example(t) if several else [] for t in range(1, question.iterations + 1)]
        found = []
        for names in (common, *examples):
            groups = matrices(question, names, notation.weights) if notation.givens == MATRICES else []
            filled = {id for group in groups for matrix in group for id in matrix.ids}
            left = [name for name in names if name not in filled]
            found.append((groups, bands(question, left, self._most_columns(left))))
        return found

    def _most_columns(self, names: Sequence[str]) -> int:
        """As many columns as the widest numbers of all variants leave room for, so that all papers are alike."""
        wide = 0.0
        for name in names:
            number = widest(self._text(name, value) for value in set(self.batch.givens[name].tolist()))
            pair = self.written.formula(latex_name(name), self.question.id), number
            wide = max(wide, sum(layout(one, SIZE).width for one in pair))
        room = frame(self.spec.paper, self.spec.font_size).text_width
        return max(1, min(GROUPS, int((room + CELL_GAP) / (wide + 2 * CELL_GAP))))

    def _text(self, name: str, value: float) -> str:
        return given_text(self.question, name, value, self.spec.rounding)


def bands(question: Question, names: Collection[str], most: int) -> list[list[Column]]:
    """The given numbers of these names in tables of at most `most` columns; a layer is cut only where it must be.

    Inputs and targets share a column, unless that makes the tables longer.
    """
    givens = [given for given in question.given.values() if given.id in names]
    both = [_packed(_blocks(question, givens, together), most) for together in (True, False)]
    return min(both, key=lambda tables: sum(max(map(len, columns)) for columns in tables))


def _packed(blocks: Iterable[list[Column]], most: int) -> list[list[Column]]:
    found: list[list[Column]] = []
    for block in blocks:
        columns = [column for column in block if column]
        for start in range(0, len(columns), most):
            part = columns[start : start + most]
            if not found or len(found[-1]) + len(part) > most:
                found.append([])
            found[-1] += part
    return found


def _blocks(question: Question, givens: Sequence[Given], together: bool) -> Iterator[list[Column]]:
    """Columns that belong together; `together`: the inputs and targets of an example in one."""
    network, names = question.network, {given.id for given in givens}
    examples = dict.fromkeys((given.iteration, given.example) for given in givens)
    for at in examples:
        xs, ys = (
            [given.id for given in givens if (given.iteration, given.example) == at and given.kind == kind]
            for kind in ("inputs", "targets")
        )
        yield [xs + ys] if together else [xs, ys]
    seen: set[str] = set()
    for k, layer in enumerate(network.layers):
        columns = []
        for j in range(len(layer.units)):
            into = [*(network.weight(k, i, j) for i in network.sources(k, j)), network.bias(k, j)]
            columns.append([name for name in into if name in names and name not in seen])
            seen.update(into)  # a bias that units share stands with the first
        yield columns
    yield [[given.id for given in givens if given.kind == "momentum"]]
    shown = [given.id for given in givens if given.kind == SHOWN]
    places = [(question.by_id[name].layer, question.by_id[name].example, question.by_id[name].role) for name in shown]
    yield [[name for name, one in zip(shown, places, strict=True) if one == place] for place in dict.fromkeys(places)]
