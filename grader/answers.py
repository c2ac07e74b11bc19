"""Any file of students' answers -> Submissions: what was written beside what it says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grader.layouts import Sheet, arrange, student_id
from grader.numerals import BLANK, KINDS, UNREADABLE, VALUE, decimal_mark, read, read_block
from qgen.cells import Coded
from qgen.errors import InputError, quoted
from qgen.tables import SHOWN, Faults, read_table

__all__ = ["BLANK", "UNREADABLE", "VALUE", "Submissions", "read_answers"]

_FEW = 12  # variants that a message names one by one
_BLOCK = 16384  # cells read at once: their arrays stay in the processor's cache


@dataclass(frozen=True, eq=False)
class Submissions:
    """What S students answered to I items; a cell's kind is VALUE, BLANK or UNREADABLE."""

    students: tuple[str, ...]  # (S,) in the order of the file
    variants: NDArray[np.intp]  # (S,) index into the exam's variants
    items: tuple[str, ...]  # (I,)
    written: Coded  # (S, I) as it stands in the file
    values: NDArray[np.float64]  # (S, I) nan where the kind is not VALUE
    kinds: NDArray[np.int8]  # (S, I)
    reasons: dict[tuple[int, int], str]  # (student, item) of every UNREADABLE cell
    notes: tuple[str, ...]  # remarks on the file

    def take(self, rows: slice) -> "Submissions":
        """Some of the students, numbered from 0; without the reasons."""
        return Submissions(
            self.students[rows], self.variants[rows], self.items, Coded(self.written.texts, self.written.which[rows]),
            self.values[rows], self.kinds[rows], {}, self.notes,
        )  # fmt: skip


def read_answers(
    path: str | Path,
    *,
    items: Sequence[str],
    variants: Sequence[str],
    students: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> Submissions:
    """The answers in a CSV file or workbook: wide, a column per item, or long, student_id,variant,item,answer.

    `students` is the roster, student id -> variant, for the rows that name no variant. Headings match loosely
    (`Q1 dw13`), variants also without their leading zeros. InputError lists the faults of the whole file; a cell
    that is no number is not one of them, but UNREADABLE.
    """
    table = read_table(Path(path), encoding)
    faults = Faults(table.name)
    sheet = arrange(table, list(items), faults, roster=students is not None)
    chosen, remarks = _variants(sheet, variants, students, faults)
    faults.stop()
    if not sheet.students:
        raise InputError(f"{table.name}: has a heading, but no student's answers below it")
    values, kinds, reasons = numbers(sheet.written)
    remarks += decimal_commas(sheet.written, values, kinds, reasons)
    notes = (*table.notes, *(f"{table.name}:{remark}" for remark in remarks))
    return Submissions(tuple(sheet.students), chosen, tuple(items), sheet.written, values, kinds, reasons, notes)


def _variants(
    sheet: Sheet, variants: Sequence[str], roster: Mapping[str, str] | None, faults: Faults
) -> tuple[NDArray[np.intp], list[str]]:
    """Each student's variant as an index: the one written, else the roster's. What is written against it is noted."""
    find = _variant_finder(variants)
    listed = None if roster is None else {student_id(student): variant for student, variant in roster.items()}
    chosen = np.zeros(len(sheet.students), np.intp)
    notes: list[str] = []
    known = variants if len(variants) <= _FEW else [f"{variants[0]} to {variants[-1]}"]
    for at, (student, line, text) in enumerate(zip(sheet.students, sheet.lines, sheet.variants, strict=True)):
        where = f"student {student}"
        expected = None if listed is None else listed.get(student)
        index = find(text or expected or "")
        if not text and listed is None:
            faults.add(line, f"{where}: no variant")
        elif not text and expected is None:
            faults.add(line, "no variant, and the roster has no student", student, listed or ())
        elif index is None:
            faults.add(line, f"{where}: unknown variant", text or expected or "", known)
        else:
            chosen[at] = index
            if listed is not None and expected is None:
                notes.append(f"{line}: {where} is not on the roster; marked as variant {variants[index]}")
            elif expected is not None and find(expected) != index:
                instead = f"marked as variant {variants[index]}, as written"
                notes.append(f"{line}: {where} has variant {quoted(expected)} on the roster; {instead}")
    hidden = len(notes) - SHOWN
    return chosen, notes[:SHOWN] + ([f" ... and {hidden:,} more students against the roster"] if hidden > 0 else [])


def _variant_finder(variants: Sequence[str]) -> Callable[[str], int | None]:
    """From a text to a variant's index; leading zeros may be missing or added where that leaves one variant."""
    exact = {variant: index for index, variant in enumerate(variants)}
    bare: dict[str, int | None] = {}
    for variant, index in exact.items():
        bare[variant.lstrip("0")] = None if variant.lstrip("0") in bare else index
    return lambda text: exact[text] if text in exact else bare.get(text.lstrip("0"))


def numbers(written: Coded) -> tuple[NDArray[np.float64], NDArray[np.int8], dict[tuple[int, int], str]]:
    """`read_block` of the answers, each different text once."""
    texts, which = written.texts.tolist(), written.which
    values, kinds = np.empty(len(texts)), np.empty(len(texts), np.int8)
    why: dict[int, str] = {}
    for first in range(0, len(texts), _BLOCK):
        part = slice(first, first + _BLOCK)
        values[part], kinds[part], reasons = read_block(texts[part])
        why.update((first + at, reason) for at, reason in reasons.items())
    all_kinds = kinds[which]
    unreadable = np.argwhere(all_kinds == UNREADABLE).tolist() if why else []
    found = {(row, column): why[int(which[row, column])] for row, column in unreadable}
    return values[which], all_kinds, found


def decimal_commas(
    written: Coded, values: NDArray[np.float64], kinds: NDArray[np.int8], reasons: dict[tuple[int, int], str]
) -> list[str]:
    """Read again, in place, students who write a decimal comma: to them 1,234 is one number, and 1.234 may be two.

    Who does is evident from the student's other cells: a comma that can only be a decimal mark and no such dot.
    Where a student's cells show neither, the file's do.
    """
    comma = np.array(["," in text for text in written.texts.tolist()])
    commas = np.flatnonzero(comma[written.which].any(axis=1)).tolist() if comma.any() else []
    marks = {at: _marks(written[at], kinds[at]) for at in commas}
    file = "".join(sorted(set("".join(marks.values()))))
    if file == ",":
        for at in (at for at in range(len(kinds)) if at not in marks and "." in "".join(written[at])):
            marks[at] = _marks(written[at], kinds[at])
            if "." in marks[at]:  # some write dots: those who show neither are left as they are
                file = ",."
                break
    again = 0
    for at, mark in marks.items():
        if (mark or file) != ",":
            continue
        for item, (text, kind) in enumerate(zip(written[at], kinds[at].tolist(), strict=True)):
            if ("," in text and kind == UNREADABLE) or ("." in text and kind == VALUE):
                numeral = read(text, comma=True)
                values[at, item], kinds[at, item] = numeral.value, KINDS.index(numeral.kind)
                again += numeral.kind == "value"
                reasons.pop((at, item), None)
                if numeral.reason:
                    reasons[at, item] = numeral.reason
    cells = "1 cell" if again == 1 else f"{again:,} cells"
    return [f" {cells} such as 1,234 read as a decimal comma, like its writer's others"] if again else []


def _marks(texts: NDArray[np.object_], kinds: NDArray[np.int8]) -> str:
    """Of the marks "," and "." those that are a decimal mark beyond doubt in some of the texts."""
    values = texts[kinds == VALUE].tolist()
    comma = any("," in text for text in values)  # a comma in doubt would not have been a value
    return "," * comma + "." * any("." in text and decimal_mark(text) == "." for text in values)
