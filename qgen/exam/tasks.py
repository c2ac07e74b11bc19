"""[[questions.tasks]]: asked in words, printed after a question's boxes, and marked by a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qgen.engine.question import Question
from qgen.errors import nearest
from qgen.exam.pools import is_number

MOST_MARKS = 1000
MOST_TASKS = 20  # of a question
LONGEST = 10_000  # characters of a text
PART = "task"
NEEDED, OPTIONAL = ("name", "text", "marks"), ("space", "solution")
REST = "rest"  # of the page
WORKING: Mapping[str, float] = {"none": 0, REST: 0, "third": 1 / 3, "half": 1 / 2, "page": 1}  # shares of a page
_NAME = re.compile("[a-z][a-z0-9]{0,19}")  # without "_": no task is called like a later iteration's item


@dataclass(frozen=True)
class Task:
    """`text` and the model `solution`, "" for none, are markup; `marks` the most that it earns; `space` of WORKING."""

    question: str
    name: str
    text: str
    marks: float
    space: str = "none"
    solution: str = ""

    @property
    def id(self) -> str:
        """The column that holds its marks."""
        return f"{self.question}_{self.name}"


def tasks_of(tables: object, question: str, where: str, faults: list[str]) -> tuple[Task, ...]:
    """The tasks in the tables of a question; what is wrong with others is added to the faults."""
    if not isinstance(tables, list) or not all(isinstance(one, Mapping) for one in tables):
        faults.append(f'{where}: "{tables}" is not accepted; write [[questions.tasks]] tables')
        return ()
    if len(tables) > MOST_TASKS:
        faults.append(f"{where}: {len(tables)} tasks; write at most {MOST_TASKS}")
    wrong = [list(_wrong(one, f"{where}[{k}]")) for k, one in enumerate(tables, start=1)]
    faults += [line for lines in wrong for line in lines]
    names = [one.get("name") for one in tables]
    faults += [
        f'{where}[{k + 1}].name: "{name}" is another task\'s, too; write another name'
        for k, name in enumerate(names)
        if name in names[:k]
    ]
    right = (one for one, lines in zip(tables, wrong, strict=True) if not lines)
    return tuple(Task(question, **{**one, "marks": float(one["marks"])}) for one in right)


def clashes(tasks: Sequence[Task], question: Question, where: str) -> Iterator[str]:
    """Tasks called like a quantity, a layer or a part, however loosely a heading is read."""
    taken = {_squeezed(name) for name in (*question.quantities, *question.all_given)}
    taken |= {*question.layers, *(item.part for item in question.quantities.values())}
    for task in tasks:
        if task.name in taken or re.fullmatch(r"hidden\d*|output", task.name):
            yield f'{where}: name "{task.name}" is what something else is called here; write a name such as "t1"'


def _squeezed(name: str) -> str:
    return re.sub(r"\W|_", "", name)


def _wrong(one: Mapping[str, Any], where: str) -> Iterator[str]:
    """What is wrong with the table of one task."""
    known = (*NEEDED, *OPTIONAL)
    yield from (f"{where}.{key}: not known; {nearest(key, known)}" for key in one if key not in known)
    yield from (f"{where}: no {key}; write name, text and marks" for key in NEEDED if key not in one)
    name, marks, space = one.get("name", "t1"), one.get("marks", 1), one.get("space", "none")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield (
            f'{where}.name: "{name}" is not accepted; write a small letter, then at most 19 small letters or digits, '
            'such as "t1"'
        )
    for key in ("text", "solution"):
        text = one.get(key, "x")
        if not isinstance(text, str) or not text.strip():
            yield f'{where}.{key}: "{text}" is no text; write what is {"asked" if key == "text" else "expected"}'
        elif len(text) > LONGEST:
            yield f"{where}.{key}: {len(text):,} characters; write at most {LONGEST:,}"
    if not is_number(marks) or not 0 < marks <= MOST_MARKS:
        yield f'{where}.marks: "{marks}" is not accepted; write a number above 0, up to {MOST_MARKS}'
    if not isinstance(space, str) or space not in WORKING:
        yield f'{where}.space: "{space}" is not accepted; write one of {", ".join(WORKING)}'
