"""The rows of an answers file that are nobody's: totals, an example, a second heading, notes below the table."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from grader.reading.numerals import read
from grader.reading.students.people import words
from qgen.errors import quoted, some
from qgen.tables.totals import no_id

_DIGIT = re.compile(r"\d")
_SHOWN = 4  # rows that a remark names


def is_second_heading(student: str, answers: Iterable[str], known: Collection[str]) -> bool:
    """Whether a row above all students says what its columns are: words, and no number, where answers should be."""
    if student in known or not (no_id(student) or " " in student or student.startswith("{")):
        return False
    kinds = [numeral.kind for text in answers if (numeral := read(text)).kind != "blank"]
    return len(kinds) > 1 and set(kinds) == {"unreadable"}


def notes_among(
    ids: Sequence[str], empty: Sequence[bool], variants: Sequence[str], known: Collection[str],
    likely: Mapping[str, str],
) -> set[int]:  # fmt: skip
    """The rows without answers and variant, by their places, that are notes and nobody's.

    Their "id" is like none on the list of the class, and several words where no other id is, or without a digit where
    all on the list have one.
    """
    bare = [at for at, here in enumerate(empty) if here and not variants[at].strip()]
    if not bare:
        return set()
    numbered = bool(known) and all(_DIGIT.search(student) for student in known)
    notes = {at for at in bare if " " in ids[at] and ids[at] not in known and ids[at] not in likely}
    if any(" " in text and at not in notes for at, text in enumerate(ids)):
        notes = set()
    return notes | {at for at in bare if numbered and not _DIGIT.search(ids[at]) and ids[at] not in likely}


def left_out(rows: Sequence[tuple[int, str]]) -> list[str]:
    """A remark on rows, if there are any, by their lines and what they say; it begins with the first one's line."""
    said = some([f"{line} ({quoted(text)})" for line, text in rows], _SHOWN)
    return [f"{rows[0][0]}: lines that are no student's were left out: {said}"] if rows else []


def misnamed(ids: Sequence[str], names: Sequence[str], people: Mapping[str, str]) -> list[str]:
    """Remarks on rows that name another student of the list than the one whose id they have."""
    by_name: dict[tuple[str, ...], list[str]] = {}
    for student, name in people.items():
        by_name.setdefault(words(name), []).append(student)
    found = []
    by_name.pop((), None)
    for student, name in zip(ids, names, strict=True) if people else ():
        others = [] if people.get(student) == name else by_name.get(words(name), [])
        if student in people and len(others) == 1 and others[0] != student:
            found.append(f"{student} ({people[student]}) is called {quoted(name.strip())}, who is {others[0]}")
    remark = f"ids and names do not belong together; marked by the ids, was a column sorted alone? {some(found, 5)}"
    return [remark] * bool(found)
