"""changes.csv: whose score moved when an exam was marked again, by which answers, and why."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.decisions.read_back import read_asked
from grader.marking.verdicts import Marked, Marks, number
from grader.reasons import Decision
from qgen.errors import InputError, some
from qgen.tables.spreadsheet import cell, unguarded

HEADER = "student_id,variant,score_before,score,item,marks_before,marks,why"


@dataclass(frozen=True)
class Before:
    """A cell as it was marked before; answer: None where it was left out of marks.csv, as simply right."""

    answer: str | None
    verdict: str
    marks: str
    max_marks: str
    decision: str


def changes_csv(results: Path, marks: Marks, rules: Mapping[str, str]) -> str:
    """Rows for every student whose score is another than in a results folder; "" where there is none.

    Where no score is another, those of the folder's own changes.csv, so that to mark once more changes nothing.
    rules: what the policy says of items.
    """
    scores = {row["student_id"]: row for row in _rows(results / "scores.csv")}
    now = dict(zip(marks.submissions.students, map(number, marks.scores.tolist()), strict=True))
    moved = {student for student, score in now.items() if student not in scores or scores[student]["score"] != score}
    gone = [row for student, row in scores.items() if student not in now and row["score"]]
    if not scores or not (moved or gone):
        kept = results / "changes.csv"
        return kept.read_bytes().decode("utf-8", "replace") if kept.is_file() else ""
    asked: dict[str, Before] = {}
    with suppress(InputError):
        for item, row in read_asked(results).items():
            asked[item] = Before(None, row["verdict"], row["marks"], row["max_marks"], "")
    cells: dict[str, dict[str, Before]] = {student: dict(asked) for student in moved} if asked else {}
    for row in _rows(results / "marks.csv"):
        if row["student_id"] in moved:
            cells.setdefault(row["student_id"], {})[row["item"]] = Before(
                row["answer"], row["verdict"], row["marks"], row["max_marks"], row.get("decision", "")
            )
    lines = [HEADER]
    for s, student in enumerate(marks.submissions.students):
        if student not in moved:
            continue
        variant, before = marks.exam.variants[marks.submissions.variants[s]], scores.get(student, {}).get("score", "")
        found = list(_moved(marks, s, cells.get(student, {}), rules)) if before else []
        for item, was, is_, why in found or [("", "", "", "has no score in the marks before")]:
            lines.append(",".join(map(cell, (student, variant, before, now[student], item, was, is_, why))))
    for row in gone:
        entries = (row["student_id"], row["variant"], row["score"], "", "", "", "", "has no score any more")
        lines.append(",".join(map(cell, entries)))
    return "\n".join(lines) + "\n"


def lost_scores(changes: str) -> Iterator[str]:
    """A remark on who had a score and has none now, as where one half of a class has taken the other's place."""
    gone = [unguarded(row["student_id"]) for row in csv.DictReader(changes.splitlines()) if not row["score"]]
    if gone:
        yield f"had a score in the results before, and none in these: {some(gone)}"


def _moved(
    marks: Marks, s: int, before: Mapping[str, Before], rules: Mapping[str, str]
) -> Iterator[tuple[str, str, str, str]]:
    """Item, marks before, marks, why."""
    for i, item in enumerate(marks.exam.columns):
        one, was = marks.cell((s, i)), before.get(item)
        if was is None:
            yield item, "", number(one.marks), "is not in the marks before"
        elif was.marks != number(one.marks):
            yield item, was.marks, number(one.marks), _why(one, was, rules.get(item, ""))
    for t, task in enumerate(marks.tasks.tasks):
        was, mark, text = before.get(task.id), float(marks.tasks.marks[s, t]), marks.tasks.written[s, t].strip()
        now = "" if mark != mark else number(mark)
        if was and was.marks != now:
            yield task.id, was.marks, now, f'the mark was "{(was.answer or "").strip()}", is "{text}"'


def _why(one: Marked, was: Before, rule: str) -> str:
    """The first of what explains other marks."""
    old = Decision.parse(was.decision)
    if one.decision and (old is None or (old.marks, old.reason) != (one.decision.marks, one.decision.reason)):
        return f"decided: {one.decision.reason}"
    if old and not one.decision:
        return f"no longer decided: {old.reason}"
    answer = unguarded(one.answer).strip()  # as it is read back
    if was.answer is not None and was.answer.strip() != answer:
        return f'the answer was "{was.answer.strip()}", is "{answer}"'
    if rule and (was.answer is not None or was.verdict == one.verdict):
        return f"the item is {rule}"
    if was.verdict != one.verdict:  # of an answer that was left out all that is known
        return f"{was.verdict} before, {one.verdict} now"
    return (
        "the item was worth " + was.max_marks if was.max_marks != number(one.item.marks) else "marked by another policy"
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """A file of a results folder; nothing where it cannot be read, as if nobody had been marked before.

    Nor where it is no longer as it was written: a spreadsheet saved it with other delimiters.
    """
    with suppress(OSError, UnicodeDecodeError, csv.Error), path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if "student_id" in row and None not in row and None not in row.values():
                yield {name: unguarded(text) for name, text in row.items()}
