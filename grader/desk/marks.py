"""The examiner's decisions on marks, kept in the results folder's overrides.csv, where `grader score` finds them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.decisions.overrides import EVERYONE, Override, added, overrides_csv, problem, read_overrides
from qgen.errors import InputError
from qgen.exam.exam import Exam
from qgen.files import write_whole


@dataclass(frozen=True)
class MarkDecisions:
    """Those of a results folder. students: who may be decided on."""

    exam: Exam
    results: Path
    students: Sequence[str]

    @property
    def path(self) -> Path:
        """The file, which need not be there yet."""
        return self.results / "overrides.csv"

    def all(self) -> list[Override]:
        """As they are now. InputError where the file is at fault."""
        return read_overrides(self.path, self.exam) if self.path.exists() else []

    def decide(self, one: Override) -> None:
        """Adds one, or puts it in the place of another on the same answer. InputError where it cannot be."""
        if fault := problem(one, {*self.students, EVERYONE}, self.exam):
            raise InputError(fault)
        self._write(added(self.all(), [one]))

    def take_back(self, student: str, item: str) -> None:
        """Leaves one out again."""
        self._write([one for one in self.all() if (one.student, one.item) != (student, item)])

    def _write(self, overrides: Sequence[Override]) -> None:
        if not overrides:
            self.path.unlink(missing_ok=True)
            return
        write_whole(self.path, overrides_csv(overrides), force=True)
        with self.path.open("rb+") as file:
            os.fsync(file.fileno())


def results_folder(results: Path | None, answers: Path) -> Path | None:
    """The folder named, else ./results, else the one beside the answers; None where there is none."""
    places = [Path("results"), answers.parent / "results"] if results is None else [results]
    found = next((place for place in places if (place / "scores.csv").is_file()), None)
    if results is not None and found is None:
        raise InputError(
            f"--results: {results}: is no results folder, for it has no scores.csv; run grader score first"
        )
    return found
