"""Names out of all of Unicode's letters and marks: each is printed, or refused by name before anything is drawn.

    python benchmarks/names.py [--length 500] [--jobs 2]

Every letter and mark (categories L and M) stands in one name of `--length` characters, in the order of Unicode. Whole
names in German, Hebrew, Arabic, Thai, Devanagari, Chinese, Japanese, Korean and with small forms come after them. A
class of these names is made: whoever is refused has to be named with the characters, and is left out; the others are
made again without them, and their papers printed. What is counted depends on the fonts of the machine. The exit code
is 1 if anybody is refused without a name, or an exception other than InputError comes up.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
import traceback
import unicodedata
from pathlib import Path

from qgen.errors import InputError
from qgen.make import make
from qgen.typeset.fonts.faces import UnprintableError
from qgen.typeset.fonts.glyphs import Glyphs

NAMES = (
    "Jürgen Groß-Öztürk", "יוסף בן־דוד", "محمد عبد الله", "สมชาย ใจดี", "प्रिया शर्मा", "陈景润", "山田 太郎", "김철수",
    "Cy \ufe60 Co", "\ufe10 \ufe6b", "e\u0301\u0323 combined", "a\u200bb", "Ann\u202enna", "\u0301", "\x07",
    "x" * 10_000,
)  # fmt: skip
_REFUSED = re.compile(r'student "(S\d+)", ".*: .*U\+[0-9A-F]{4,6} .* cannot be printed')


def letters() -> list[str]:
    """All letters and marks."""
    return [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code))[0] in "LM"]


def class_of(length: int) -> dict[str, str]:
    """Names by student."""
    chars = letters()
    names = ["".join(chars[first : first + length]) for first in range(0, len(chars), length)]
    return {f"S{number:04d}": name for number, name in enumerate((*names, *NAMES))}


def refused(students: dict[str, str], out: Path, jobs: int) -> set[str] | None:
    """Who is named when the class is refused; None where it was made."""
    try:
        make({}, len(students), out, seed=1, students=students, jobs=jobs)
    except InputError as fault:
        found = {match[1] for line in fault.faults if (match := _REFUSED.match(line))}
        if not found or len(found) != sum("cannot be printed" in line for line in fault.faults) or out.exists():
            raise AssertionError(str(fault)[:1000]) from fault
        return found
    return None


def printable(name: str) -> str:
    """What of a name has a typeface, found as `make` finds it."""
    kept = name
    for part in name:
        try:
            Glyphs(part)
        except UnprintableError:
            kept = kept.replace(part, "")
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--length", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    began = time.perf_counter()
    students = class_of(options.length)
    chars = sum(map(len, students.values()))
    with tempfile.TemporaryDirectory() as folder:
        try:
            out = refused(students, Path(folder, "all"), options.jobs) or set()
            whole = {student: name for student, name in students.items() if student not in out}
            again = refused(whole, Path(folder, "whole"), options.jobs) if whole else None
            assert again is None, again
            rest = {student: kept for student in out if (kept := printable(students[student]))}
            mixed = refused(rest, Path(folder, "rest"), options.jobs) or set() if rest else set()
            last = {student: name for student, name in rest.items() if student not in mixed}
            again = refused(last, Path(folder, "last"), options.jobs) if last and mixed else None
            assert again is None, again
        except Exception:
            traceback.print_exc()
            sys.exit(1)
    print(
        f"{len(students):,} names of {chars:,} characters: {len(whole):,} printed, {len(out):,} refused by name; "
        f"without {chars - sum(map(len, whole.values())) - sum(map(len, rest.values())):,} characters that no font has "
        f"{len(last):,} of these printed, {len(mixed):,} refused by name; {time.perf_counter() - began:.0f} s"
    )


if __name__ == "__main__":
    main()
