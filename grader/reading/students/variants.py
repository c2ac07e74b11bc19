"""Which variant each student of an answers file had, and who was absent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.reading.columns import ABSENT
from grader.reading.layouts import Arranged
from grader.reading.numerals import read
from grader.reading.students.finder import finder
from grader.reading.students.identity import Listed
from qgen.errors import quoted
from qgen.tables.table import SHOWN, Faults

_FEW = 12  # variants that a message names one by one


def variants_of(
    arranged: Arranged, ids: Sequence[str], likely: Mapping[str, str], variants: Sequence[str], listed: Listed,
    faults: Faults,
) -> tuple[list[int], list[bool], list[str]]:  # fmt: skip
    """Each student's variant as an index, the one written, else the roster's, or else -1; whether each was absent.

    What is written against the roster is noted.
    """
    find = finder(variants)
    roster = listed.variants
    chosen: list[int] = []
    absent: list[bool] = []
    notes: list[str] = []
    unknown = 0
    known = variants if len(variants) <= _FEW else [f"{variants[0]} to {variants[-1]}"]
    rows = zip(ids, arranged.lines, arranged.variants, arranged.unanswered, strict=True)
    for student, line, text, said in rows:
        where = f"student {student}"
        if text and find(text) is None and read(text).kind == "blank":
            text = ""
        expected = roster.get(student)
        index = find(text or expected or "")
        chosen.append(-1 if index is None else index)
        absent.append(said == ABSENT or (said == "" and (student in listed.sheet or not (text or expected))))
        if absent[-1]:
            continue
        if not (text or expected) and not any(roster.values()):
            faults.add(line, f"{where}: no variant")
        elif not (text or expected):
            whose = "no variant, and the roster has no student"
            if "@" in student and not any("@" in known for known in roster):
                faults.add(line, f"{whose} {quoted(student)}; who has which e-mail address? Say it with --roster")
            else:
                faults.add(line, whose, student, roster)
        elif index is None:
            unknown += 1
            faults.add(line, f"{where}: unknown variant", text or expected or "", known)
        elif roster and expected is None:
            perhaps = f"; perhaps {likely[student]}" if student in likely else ""
            notes.append(f"{line}: {where} is not on the roster{perhaps}; marked as variant {variants[index]}")
        elif expected and find(expected) != index:
            instead = f"marked as variant {variants[index]}, as written"
            notes.append(f"{line}: {where} has variant {quoted(expected)} on the roster; {instead}")
    if unknown > max(2, len(ids) / 2):
        faults.add(arranged.lines[0], "most variants in this file are none of this exam's; say which with --exam")
    hidden = len(notes) - SHOWN
    more = [f" ... and {hidden:,} more students against the roster"] if hidden > 0 else []
    return chosen, absent, notes[:SHOWN] + more
