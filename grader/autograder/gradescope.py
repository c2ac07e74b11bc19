"""Marks one submission on Gradescope: `python -m grader.autograder.gradescope /autograder`, as run_autograder calls it.

Reads submission/, submission_metadata.json and source/ there and writes results/results.json, whatever was handed in.
Format: gradescope-autograders.readthedocs.io, "Autograder Specifications" and "Submission Metadata".
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from grader.autograder.not_marked import NotMarkedError
from grader.autograder.submitter import Students, submitter
from grader.autograder.told import Told, told
from grader.autograder.upload import read_upload
from grader.marking.score import score
from grader.reading.numerals import BLANK
from grader.reading.submissions import Submissions
from grader.reasons import Wording
from qgen.exam.exam import Exam, read_exam
from qgen.papers.item_names import ItemName, item_names
from qgen.papers.words import macro

MOST_MEMORY = 640_000_000  # bytes of data; Gradescope gives 768 MB unless told otherwise
LONGEST_ANSWER = 60
Results = dict[str, Any]


@dataclass(frozen=True)
class Autograder:
    """What autograder.json says, of one exam: whose e-mail addresses are whose, and what students are shown when."""

    exam: Exam
    students: Students
    by: str = "item"
    visibility: str = "after_published"
    show_expected: bool = False
    attempts: int = 0
    templates: Path | None = None

    @classmethod
    def read(cls, source: Path) -> Autograder:
        """From the unpacked zip."""
        said = json.loads((source / "autograder.json").read_text("utf-8"))
        templates = source / "templates"
        return cls(read_exam(source / "exam"), templates=templates if templates.is_dir() else None, **said)

    def say(self, name: str, *arguments: object) -> str:
        """A sentence of autograder.txt in the exam's language, in English where that has none."""
        words = Wording.of(self.exam.spec.language, self.templates)
        return macro("autograder.txt", name, *arguments, folder=words.folder, language=words.language)

    @cached_property
    def names(self) -> Mapping[str, ItemName]:
        """What each item is called."""
        return item_names(self.exam, self.templates)

    def results(self, submission: Path, metadata: Mapping[str, Any]) -> Results:
        """results.json for what lies in a folder; where it cannot be marked, what a student should know of it."""
        before = [one for one in metadata.get("previous_submissions") or () if not one.get("autograder_error")]
        try:
            if self.attempts and len(before) >= self.attempts:
                return self._as_before(before)
            assigned = bool(self.exam.students)
            who = submitter(metadata, self.students, assigned=assigned)
            name, read = read_upload(submission, self.exam, who)
        except NotMarkedError as why:
            lines = (self.say("nothing_marked"), self.say(why.kind, *why.arguments), *why.details)
            return refused("\n".join(lines))
        return self._marked(name, read)

    def _as_before(self, before: Sequence[Mapping[str, Any]]) -> Results:
        """The last results, which the latest submission alone carries, and that there are no more."""
        over = self.say("no_attempts", self.attempts)
        last = next((one["results"] for one in before if isinstance(one.get("results"), dict)), refused(over))
        return {**last, "output": over, "output_format": "text"}

    def _marked(self, name: str, read: Submissions) -> Results:
        marks = score(self.exam, read)
        answers = told(marks, self.templates, expected=self.show_expected)
        variant = self.exam.variants[int(read.variants[0])]
        answered = int((read.kinds != BLANK).sum())
        output = [self.say("handed_in", name, variant, answered, len(self.exam.items))]
        if self.visibility != "visible":
            output.append(self.say("marks_later"))
        tests = self._by_layer(answers) if self.by == "layer" else self._by_item(answers)
        return {
            "score": float(marks.scores[0]),
            "output": "\n".join(output),
            "output_format": "text",
            "test_output_format": "text",
            "test_name_format": "text",
            "visibility": self.visibility,
            "stdout_visibility": "hidden",
            "tests": [self._receipt(read), *tests],
        }

    def _receipt(self, read: Submissions) -> Results:
        """A test that students always see, without marks: every answer as it was read, first what could not be."""
        wording, names = Wording.of(self.exam.spec.language, self.templates), self.names
        lines = []
        for (s, i), reason in read.unread():
            lines.append(f"{names[read.items[i]]}: {wording.plain(reason, read.written[s, i])}")
        lost = [self.say("not_read", len(lines)), *lines, ""] if lines else []
        said = [
            f"{names[item]} = {text.strip()[:LONGEST_ANSWER]}"
            for item, text in zip(read.items, read.written[0].tolist(), strict=True)
            if text.strip()
        ]
        return {
            "name": self.say("receipt"),
            "number": "0",
            "status": "failed" if lost else "passed",
            "output": "\n".join([*lost, *said, *[""] * bool(read.notes), *read.notes]),
            "visibility": "visible",
        }

    def _by_item(self, answers: list[Told]) -> list[Results]:
        places = (
            f"{k}.{n}"
            for k, q in enumerate(self.exam.spec.questions, start=1)
            for n in range(1, len(q.question.items) + 1)
        )
        return [
            _test(place, str(self.names[one.item]), [one], one.why) for place, one in zip(places, answers, strict=True)
        ]

    def _by_layer(self, answers: list[Told]) -> Iterator[Results]:
        by_item = {one.item: one for one in answers}
        for k, question in enumerate((q.question for q in self.exam.spec.questions), start=1):
            in_layers = sorted(question.items, key=lambda item: question.layers.index(item.layer))
            for n, (layer, items) in enumerate(groupby(in_layers, lambda item: item.layer), start=1):
                mine = [by_item[item.id] for item in items]
                lines = [f"{self.names[one.item].name}: {one.points}, {one.why}" for one in mine if one.lost]
                title = self.say("place_of_layer", k, layer)
                yield _test(f"{k}.{n}", title, mine, "\n".join(lines) or self.say("all_right"))


def _test(place: str, name: str, answers: list[Told], output: str) -> Results:
    score, most = (round(sum(of), 6) for of in ([one.marks for one in answers], [one.max_marks for one in answers]))
    return {"number": place, "name": name, "score": score, "max_score": most, "output": output}


def refused(output: str) -> Results:
    """results.json for what was not marked."""
    return {"score": 0.0, "output": output, "output_format": "text", "visibility": "visible",
            "stdout_visibility": "hidden", "tests": []}  # fmt: skip


def main(folder: Path) -> None:
    """Writes results/results.json: first that it did not come to an end, in case a file brings this process down."""
    out = folder / "results" / "results.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    autograder = Autograder.read(folder / "source")
    _write(out, refused(autograder.say("unfinished")))
    _limit()
    try:
        _write(out, autograder.results(folder / "submission", _metadata(folder)))
    except MemoryError:
        pass  # which is what already stands there
    except Exception:  # the instructor sees stderr, a student no traceback
        traceback.print_exc()
        _write(out, refused(autograder.say("failed")))


def _metadata(folder: Path) -> Mapping[str, Any]:
    try:
        found = json.loads((folder / "submission_metadata.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(out: Path, results: Results) -> None:
    """The file whole or as it was."""
    new = out.with_suffix(".new")
    new.write_text(json.dumps(results, ensure_ascii=False, indent=1), "utf-8")
    new.replace(out)


def _limit() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "/autograder"))
