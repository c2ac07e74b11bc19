"""Decisions last: what a results folder keeps, and what is handed in now, hold together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.decisions.overrides import Override, added, read_overrides
from grader.decisions.policy import Policy, read_policy
from qgen.errors import InputError
from qgen.exam.exam import Exam


@dataclass(frozen=True, eq=False)
class Decided:
    """What holds for a marking: decisions, the policy, and the text of its file."""

    overrides: list[Override]
    policy: Policy
    marking: str


def decided(
    exam: Exam, students: Iterable[str], kept: Path | None, overrides: str | Path | None, marking: str | Path | None
) -> Decided:
    """Of the results folder `kept`, if any, and of the files handed in now. InputError with the faults of all of them.

    Decisions are added, and of two on one answer the new one holds; a policy takes the place of the one before.
    """
    faults: list[str] = []

    def rows(path: Path, known: Iterable[str] | None) -> list[Override]:
        try:
            return read_overrides(path, exam, known)
        except InputError as fault:
            faults.extend(fault.faults)
            return []

    before = rows(kept / "overrides.csv", None) if kept and (kept / "overrides.csv").exists() else []
    now = rows(Path(overrides), students) if overrides else []
    if marking is None and kept and (kept / "marking.toml").exists():
        marking = kept / "marking.toml"
    policy = Policy(exam, (), {})
    try:
        policy = read_policy(marking, exam) if marking else policy
    except InputError as fault:
        faults += fault.faults
    if faults:
        raise InputError(*faults)
    return Decided(added(before, now), policy, Path(marking).read_text("utf-8-sig") if marking else "")
