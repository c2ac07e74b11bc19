"""What marks on the page, as one piece of JavaScript: reader of numbers, marking, every question's engine."""

from __future__ import annotations

from json import dumps

from qgen.decimals import plains
from qgen.exam.exam import Exam
from qgen.practice.facts import question_code
from qgen.version import shipped

FOLDER = shipped("templates", "templates")
SCRIPTS = ("numbers.js", "read.js", "mark.js", "diagnosis.js")


def examiner(exam: Exam) -> str:
    """Defines RULES, of the whole exam, and QUESTIONS, one object for each."""
    marking = exam.spec.marking
    rules = {
        "follow_through": marking.follow_through,
        "imprecise": marking.imprecise,
        "repeated_mistake": marking.repeated_mistake,
        "no_follow_through": list(marking.no_follow_through),
    }
    rounding = f"new Rounding({dumps(exam.spec.rounding.kind)},{exam.spec.rounding.digits})"
    questions = ",\n".join(question_code(batch) for batch in exam.batches)
    parts = [(FOLDER / name).read_text("utf-8") for name in SCRIPTS]
    parts.append(f"const RULES={{rounding:{rounding},marking:{dumps(rules)}}};\nconst QUESTIONS=[{questions}];")
    return "\n".join(parts)


def numbers(exam: Exam) -> list[list[dict[str, str]]]:
    """By question and variant the givens, and of every item value, low and high: texts, as key.csv has them.

    Each is one text of numbers between spaces, which is short.
    """
    found, first = [], 0
    for batch in exam.batches:
        rows = slice(first, first + len(batch.question.items))
        first = rows.stop
        givens = [plains(batch.givens[name]) for name in batch.question.givens]
        tables = [[plains(row) for row in table[rows]] for table in (exam.value, exam.low, exam.high)]
        found.append(
            [
                {
                    "givens": " ".join(column[v] for column in givens),
                    **{
                        name: " ".join(row[v] for row in table)
                        for name, table in zip(("value", "low", "high"), tables, strict=True)
                    },
                }
                for v in range(len(exam.variants))
            ]
        )
    return found
