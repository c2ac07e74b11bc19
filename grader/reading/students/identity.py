"""Who the rows of an answers file are: their ids held against the roster's, and what a class list tells of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.reading.students.people import MOST, People, shown
from qgen.errors import several
from qgen.mangled import meant, suspects, told
from qgen.roster import student_id


@dataclass(frozen=True)
class Listed:
    """Who may be in a file: everyone's variant ("" where none is known), names, and other names of theirs.

    sheet: whose ids the exam's own answer sheet has, filled in from its roster.
    """

    variants: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    logins: Mapping[str, str] = field(default_factory=dict)
    sheet: frozenset[str] = frozenset()

    @classmethod
    def of(cls, students: Mapping[str, str], names: Mapping[str, str], people: People | None = None) -> Listed:
        """The exam's own `students` and their names, and the `people` of a roster that was given."""
        people = people or People()
        sheet = {student_id(student): variant for student, variant in students.items()}
        names = {**people.called, **{student_id(student): name for student, name in names.items()}}
        variants = {**dict.fromkeys(people.called, ""), **people.variants, **sheet}
        return cls(variants, names, people.logins, frozenset(sheet))


def identified(ids: Sequence[str], listed: Listed) -> tuple[list[str], dict[str, str], list[str]]:
    """The ids, mended where the list leaves no doubt; of others whom they may be; and remarks, one of a kind."""
    known = listed.variants
    if not known:
        changed = suspects(ids)
        remark = f"ids that a spreadsheet or a slip may have changed, kept as they are: {told(changed, MOST)}?"
        return list(ids), {}, [remark] * bool(changed)
    ids = [text if text in known else listed.logins.get(text.casefold(), text) for text in ids]
    sure, likely = meant(ids, known)
    if not sure:
        return ids, likely, []
    remark = f"{several(len(sure), 'id')} put right by the roster: {told(sure)}"
    return [sure.get(text, text) for text in ids], likely, [remark]


def missing(ids: Iterable[str], listed: Listed) -> list[str]:
    """A remark that names who is on the roster and has no row."""
    here = set(ids)
    left = [student for student in listed.variants if student not in here]
    return [f"on the roster, but not in this file: {shown(left, listed.names)}"] if left else []


def one_each(students: Sequence[str], variants: Sequence[str], listed: Listed) -> bool:
    """Whether each variant was one student's, as far as that is known."""
    given = [variant for variant in listed.variants.values() if variant]
    return 1 < len(variants) >= len(students) and len(set(given)) == len(given)
