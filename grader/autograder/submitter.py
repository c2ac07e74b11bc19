"""Who hands in, and which variant is theirs: Gradescope's users by their e-mail addresses, never by a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.autograder.not_marked import NotMarkedError

Students = Mapping[str, Sequence[str]]  # e-mail in small letters -> student id, variant ("" if none is known)
UNKNOWN = "student"


@dataclass(frozen=True)
class Submitter:
    """The student; `variant`: "" where the file must say it; `names`: what a file may call them, () for anything."""

    student: str
    variant: str = ""
    names: tuple[str, ...] = ()


def submitter(metadata: Mapping[str, Any], students: Students, *, assigned: bool) -> Submitter:
    """The student by submission_metadata.json; `assigned`: whether the exam has given each student a variant.

    Where no students are known, whoever hands in is taken as they are. NotMarkedError for somebody who is not known,
    and for a group with several variants.
    """
    users = metadata.get("users")
    emails = [str(user.get("email", "")).casefold() for user in users] if isinstance(users, list) else []
    if not students:
        return Submitter(emails[0] if emails and emails[0] else UNKNOWN)
    for email in emails or [""]:
        if email not in students:
            raise NotMarkedError("unknown_submitter", email or "?")
    found = [students[email] for email in emails]
    variants = {variant for _, variant in found}
    if len(variants) > 1:
        raise NotMarkedError("group")
    (student, variant), *_ = found
    if assigned and not variant:
        raise NotMarkedError("no_paper")
    names = {name for email, (known, _) in students.items() if known in {one for one, _ in found}
             for name in (email, known)}  # fmt: skip
    return Submitter(student, variant, tuple(sorted(names)))
