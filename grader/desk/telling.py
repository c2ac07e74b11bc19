"""What the terminal is told when the desk ends."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from qgen.errors import several, some, typed

if TYPE_CHECKING:
    from grader.desk.serve import Ended


def whoever() -> str:
    """The user's name on this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "examiner"


def told(ended: Ended, answers: Path, exam: str = "") -> Iterator[str]:
    """The lines; exam: what the next command must be told of it."""
    done, audit = ended.summary, ended.summary.audit
    minutes = f"{done.seconds / 60:.1f} minutes of work"
    yield f"{several(done.seen, 'answer')} decided, {done.changed:,} of them changed; {minutes}; {done.left:,} left"
    if audit.seen:
        yield (
            f"audit: {several(audit.seen, 'answer')} that the machine was sure of, {audit.disagreements:,} read "
            f"otherwise: at most {100 * audit.bound:.1f} % of such readings are wrong (95 %)"
        )
    if ended.kept and ended.kept.by_hand:
        cells = some([f"{student} {item}" for student, item in ended.kept.by_hand])
        yield f"edited by hand in {answers.name} meanwhile, and left as they are: {cells}"
    if ended.kept and ended.kept.gone:
        cells = some([f"{student} {item}" for student, item in ended.kept.gone])
        yield f"decided, but not in {answers.name} any more: {cells}"
    command = "desk" if done.left else "score"
    yield f"{'to go on' if done.left else 'then'}: grader {command} {typed(answers)}{exam}"
