"""A question on PrairieLearn, phase by phase: its server.py hands `data` on to the function of the same name.

`data` is PrairieLearn's dictionary, changed in place: docs.prairielearn.com, "server.py". The key is in
`correct_answers` alone, which no browser is sent before the answers may be seen. What cannot be read is feedback, not a
format error: that would cost a student all marks of the question.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from grader.autograder.told import told
from grader.marking.score import score
from grader.reading.submissions import Submissions
from grader.reasons import Wording
from qgen.engine.question import Item
from qgen.exam.exam import Exam, read_exam

Data = dict[str, Any]
NO_NUMBER = "?"  # what the answer is that PrairieLearn's test hands in as a wrong one


@dataclass(frozen=True)
class Question:
    """A question of an exam: its items and their formulas, and of each variant the given numbers, both as HTML."""

    exam: Exam
    items: tuple[Item, ...]
    formulas: Mapping[str, str]
    givens: Mapping[str, str]

    def variant(self, data: Data) -> int:
        """Which variant it is, from 0."""
        return self.exam.variants.index(data["params"]["variant"])

    def read(self, data: Data) -> Submissions:
        """What a student typed, of this question's items; the others are blank."""
        typed = {item.id: data["submitted_answers"].get(item.id) for item in self.items}
        texts = ["" if (text := typed.get(item)) is None else str(text) for item in self.exam.columns]
        return Submissions.of([""], np.array([self.variant(data)]), self.exam.columns, np.array([texts], object))


@lru_cache(maxsize=8)
def question(folder: Path, name: str) -> Question:
    """From serverFilesCourse: exam.json, and the HTML that the export has made."""
    exam = read_exam(folder, verify=False)  # without key.csv, which exam.json has, too
    html = json.loads((folder / f"{name}.json").read_text("utf-8"))
    items = next(q.question.items for q in exam.spec.questions if q.question.id == name)
    return Question(exam, items, html["formulas"], html["givens"])


def _of(data: Data, exam: str, name: str) -> Question:
    return question(Path(data["options"]["server_files_course_path"]) / exam, name)


def generate(data: Data, exam: str, name: str) -> None:
    """One of the certified variants, by PrairieLearn's seed."""
    the = _of(data, exam, name)
    v = random.Random(data["variant_seed"]).randrange(len(the.exam.variants))
    data["params"] |= {"variant": the.exam.variants[v], "givens": the.givens[the.exam.variants[v]]}
    text = the.exam.spec.rounding.text
    data["correct_answers"] |= {item.id: text(float(the.exam.value[the.exam.rows[item.id], v])) for item in the.items}


def parse(data: Data, exam: str, name: str) -> None:
    """Tells what cannot be read as a number, while it may still be mended."""
    the = _of(data, exam, name)
    read, say = the.read(data), Wording.of(the.exam.spec.language).plain
    data["feedback"]["unread"] = [
        {"formula": the.formulas[read.items[i]], "why": say(reason, read.written[s, i])}
        for (s, i), reason in read.unread()
    ]


def grade(data: Data, exam: str, name: str) -> None:
    """Marks for every answer by our own marking, and why those that lost any did."""
    the = _of(data, exam, name)
    mine = {item.id for item in the.items}
    answers = [one for one in told(score(the.exam, the.read(data))) if one.item in mine]
    for one in answers:
        share = one.marks / one.max_marks if one.max_marks else 1.0
        data["partial_scores"][one.item] = {"score": share, "weight": 1}
    earned, most = (sum(of) for of in ([one.marks for one in answers], [one.max_marks for one in answers]))
    data["score"] = earned / most if most else 1.0
    data["feedback"]["unread"] = []  # which the lost marks tell again
    data["feedback"]["lost"] = [
        {"formula": the.formulas[one.item], "marks": one.points, "why": one.why} for one in answers if one.lost
    ]


def test(data: Data, exam: str, name: str) -> None:
    """What PrairieLearn's own test hands in, and what it must come to; nothing is invalid, blank is."""
    the = _of(data, exam, name)
    texts = {"correct": None, "incorrect": NO_NUMBER, "invalid": ""}
    text = texts[data["test_type"]]
    handed_in = {item.id: data["correct_answers"][item.id] if text is None else text for item in the.items}
    data["raw_submitted_answers"] |= handed_in
    data["format_errors"].clear()
    data["partial_scores"].clear()
    marked = {**data, "submitted_answers": handed_in}
    grade(marked, exam, name)
    data["score"] = marked["score"]
