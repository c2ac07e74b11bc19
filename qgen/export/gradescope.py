"""Gradescope: the autograder of a programming assignment, an outline of a template assignment, a sheet to type into.

Format: gradescope-autograders.readthedocs.io, "Autograder Specifications". The zip lies unpacked in /autograder/source;
setup.sh installs the wheel in it, run_autograder marks one submission by the module that ANSWERS names.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qgen.decimals import plain
from qgen.errors import InputError, quoted, some
from qgen.exam.exam import Exam
from qgen.export.archive import put
from qgen.export.content import item_marks
from qgen.export.wheel import no_newer, wheel_of_ourselves
from qgen.files import whole_file
from qgen.papers.item_names import item_names
from qgen.roster import Person, read_roster
from qgen.tables.text_workbook import text_workbook

ANSWERS = "grader.autograder.gradescope"
ANYONE = "no roster: whoever hands in says which variant it is, and may try any; name one with --roster"
SETUP = """#!/usr/bin/env bash
# Installs the program that marks, with a Python that is new enough; the machine's own python3 stays as it is.
set -e
here=${AUTOGRADER:-/autograder}/source  # wherever this script itself was copied to
find_python() {
    for name in python3.13 python3.12 python3.11 python3.14 python3; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
}
python=$(find_python)
if [ -z "$python" ]; then
    apt-get update
    apt-get install -y python3.11 python3.11-venv
    python=$(find_python)
fi
"$python" -m venv "$here/venv"
"$here/venv/bin/python" -m pip install --no-cache-dir -c "$here/constraints.txt" "$here"/*.whl
"""
RUN = """#!/usr/bin/env bash
# Marks one submission; whatever is handed in, results.json is written. Elsewhere than on Gradescope: AUTOGRADER=folder
export AUTOGRADER=${{AUTOGRADER:-/autograder}} OPENBLAS_NUM_THREADS=1
timeout 300 "$AUTOGRADER/source/venv/bin/python" -P -m {module} "$AUTOGRADER"
exit 0
"""


def write_autograder(
    exam: Exam, folder: Path, target: Path, *, roster: Path | None, settings: Mapping[str, Any],
    templates: Path | None = None, force: bool = False,
) -> tuple[str, ...]:  # fmt: skip
    """The zip for "Configure Autograder", whole or not at all; what an instructor should know of it.

    `settings`: "by", "visibility", "show_expected", "attempts", as `ANSWERS` reads them. InputError where students
    cannot be told apart, or where they could read the key while they may still hand in.
    """
    if settings["show_expected"] and settings["visibility"] == "visible":
        raise InputError(
            "--show-expected: whoever sees the key can hand in again; leave --visibility at after_published"
        )
    students, notes = submitters(exam, roster)
    name, wheel = wheel_of_ourselves()
    with whole_file(target, force=force) as file, zipfile.ZipFile(file, "w") as archive:
        put(archive, "setup.sh", SETUP, runs=True)
        put(archive, "run_autograder", RUN.format(module=ANSWERS), runs=True)
        put(archive, name, wheel)
        put(archive, "constraints.txt", no_newer())
        put(archive, "autograder.json", json.dumps({**settings, "students": students}, ensure_ascii=False, indent=1))
        for part in ("exam.json", "key.csv"):
            put(archive, f"exam/{part}", (folder / part).read_bytes())
        for path in sorted(templates.glob("*.txt")) if templates else ():
            put(archive, f"templates/{path.name}", path.read_bytes())
    return (*notes, *_tasks(exam))


def submitters(exam: Exam, roster: Path | None) -> tuple[dict[str, tuple[str, str]], tuple[str, ...]]:
    """By e-mail, which is how Gradescope names its users: the student id and the variant, "" where none is known.

    Empty where anybody may hand in any variant. InputError where the exam has a roster, and no e-mail is known, and
    where two students share one.
    """
    if roster is None and not exam.students:
        return {}, (ANYONE,)
    listed = None if roster is None else read_roster(roster, names=False)
    where = roster.name if roster else "the exam's own roster"
    known = {variant.lstrip("0") for variant in exam.variants}
    by_email: dict[str, tuple[str, str]] = {}
    faults, cannot = [], []
    for person in listed.people if listed else [Person(student, "") for student in exam.students]:
        variant = person.variant or exam.students.get(person.student, "")
        emails = {name.casefold() for name in (person.student, *person.logins) if "@" in name}
        faults += [f"{where}: two students have the e-mail address {one}" for one in sorted(emails & by_email.keys())]
        if variant and variant.lstrip("0") not in known:
            faults.append(f"{where}: student {person.student}: there is no variant {quoted(variant)}")
        cannot += [person.student] * (not emails or bool(exam.students and not variant))
        by_email |= dict.fromkeys(sorted(emails), (person.student, variant))
    if not by_email:
        faults.append(
            f"{where}: has no e-mail addresses, by which Gradescope knows its users; "
            "name a table with student_id and email, --roster class.csv"
        )
    if faults:
        raise InputError(*faults)
    reached = {student for student, _ in by_email.values()}
    cannot = list(dict.fromkeys([*cannot, *(student for student in exam.students if student not in reached)]))
    note = f"without an e-mail address or a variant, so they cannot hand in: {some(cannot)}"
    return by_email, (*(listed.notes if listed else ()), *[note] * bool(cannot))


def _tasks(exam: Exam) -> tuple[str, ...]:
    """What of an exam no autograder marks."""
    if not exam.tasks:
        return ()
    rest = plain(round(exam.max_score - item_marks(exam), 6))
    return (f"tasks wait for a person: {', '.join(task.id for task in exam.tasks)}; {rest} marks are not in this file",)


def answer_sheet(exam: Exam, templates: Path | None = None) -> bytes:
    """A workbook for a student to type into and hand in: a row for every item."""
    names = item_names(exam, templates)
    rows = [(item, "", str(names[item])) for item in exam.sheet_columns if item in exam.rows]
    return text_workbook("answers", ["item", "answer", "name"], rows, frozen=1)
