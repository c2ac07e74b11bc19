"""Answers, workbooks and rosters that were damaged: what `mutated_files.py` does with tables, many in one process.

A table as a class hands it in (see tables_handed_in.py) is mutated, saved, and perhaps its bytes are mutated as well
(see table_mutations.py). It is read as `grader score` and `qgen make --roster` read it, and held against what a plain
reader without any leniency finds in it. That a file is refused is no trouble: then nobody has lost anything yet.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import resource
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path

import table_mutations as mutations
import tables_handed_in as handed
from plain_tables import plain_csv, plain_workbook
from tables_handed_in import Handed, Rows

from grader.mark import _submissions
from grader.reading.numerals import VALUE
from grader.reading.numerals import read as read_numeral
from grader.reading.students.people import read_people
from grader.reading.submissions import Submissions
from qgen.errors import InputError, quoted
from qgen.exam.exam import Exam, make_exam
from qgen.exam.spec import spec_of
from qgen.roster import Roster, read_roster, student_id

MOST_SECONDS, MOST_MEGABYTES = 10.0, 500  # of the processor, which others may be using
PATIENCE = 300  # seconds by the clock
LONGEST = 20_000_000  # characters of a table: to make more would take more memory than to read it
NO_ID = re.compile(r"\W*|#\w+[!?]")  # signs, or what a spreadsheet's lookup did not find
BATCH = 500  # files that one process reads

Mutation = Callable[[bytes, random.Random], bytes]
Trouble = tuple[str, str]  # which of TROUBLES, and where
TROUBLES = ("tracebacks", "invented", "dropped", "slow", "large")


@dataclass(frozen=True)
class Case:
    """A mutated file, and its `tables` as a plain reader finds them; none if it cannot."""

    handed: Handed
    exam: Exam
    suffix: str
    data: bytes
    tables: Sequence[Rows]


def exams() -> list[Exam]:
    """One without a roster, one with."""
    names = dict(islice(handed.IDS.items(), 6))
    return [make_exam(spec_of({}), 6, 7), make_exam(spec_of({}), 6, 8, students=names)]


def _mutated(good: Handed, draw: random.Random) -> Rows:
    rows = [list(row) for row in good.rows]
    for _ in range(draw.choice((0, 1, 1, 1, 2, 3))):
        changed = [list(row) for row in rows]
        draw.choice(mutations.TABLE)(changed, draw)
        if sum(len(cell) for row in changed for cell in row) <= LONGEST:
            rows = changed if any(changed) else [[""]]
    return rows


def csv_case(
    make: Callable[[Exam, random.Random], Handed], any_: Sequence[Mutation], exam: Exam, draw: random.Random
) -> Case:
    good = make(exam, draw)
    rows = _mutated(good, draw)
    delimiter, encoding = draw.choice(handed.DELIMITERS), draw.choice((*handed.LIKELY, *handed.ENCODINGS))
    if delimiter == ";" and draw.random() < 0.5:
        rows = [[re.sub(r"^(-?\d+)\.(\d+)$", r"\1,\2", text) for text in row] for row in rows]
    data = handed.as_csv(rows, delimiter, encoding, draw)
    if draw.random() < 0.4:
        data = draw.choice((*any_, mutations.mixed, mutations.marked))(data, draw) or b" "
    return Case(good, exam, draw.choice((".csv", ".csv", ".tsv", ".txt")), data, plain_csv(data, delimiter, encoding))


def workbook_case(
    make: Callable[[Exam, random.Random], Handed], any_: Sequence[Mutation], exam: Exam, draw: random.Random
) -> Case:
    good = make(exam, draw)
    sheets = {"Answers": _mutated(good, draw)}
    if draw.random() < 0.2:
        others = {"Notes": [["How to fill in"]], "Empty": [[""]], "Group 2": _mutated(good, draw)}
        title = draw.choice(list(others))
        sheets = {title: others[title], **sheets} if draw.random() < 0.5 else {**sheets, title: others[title]}
    kind = draw.choice((".xlsx", ".xlsx", ".ods"))
    data = handed.as_xlsx(sheets, draw) if kind == ".xlsx" else handed.as_ods(sheets, draw)
    damage = draw.random()
    if damage < 0.5:
        data = mutations.in_members(draw.choice((*any_, mutations.tags, mutations.tags)))(data, draw)
    elif damage < 0.6:
        data = draw.choice(any_)(data, draw) or b" "
    return Case(good, exam, kind, data, plain_workbook(data))


def _heading(rows: Rows, good: Handed) -> int | None:
    """The row that has most of the good headings, if these are many."""
    known = set(good.rows[0])
    counts = [len(known & {cell.strip() for cell in row}) for row in rows]
    best = max(range(len(rows)), key=counts.__getitem__, default=None)
    return best if best is not None and counts[best] >= max(2, len(known) // 2) else None


@lru_cache(maxsize=100_000)  # a sheet of thousands of columns took longer to judge than to read
def _same(text: str) -> str:
    """One of an id's spellings for all that may be mended."""
    text = student_id(text).removeprefix("#").casefold()
    with contextlib.suppress(ValueError):  # a number in a cell formatted as a day, or as a time of the day
        text = text if "-" in text or ":" not in text else f"1899-12-30 {text}"
        return str((datetime.fromisoformat(text) - datetime(1899, 12, 30)).days)
    try:
        return f"{float(text):.0f}"
    except (ValueError, OverflowError):
        return text


def _dropped(case: Case, accounted: set[str], notes: str) -> Iterator[Trouble]:
    """Rows whose student is nowhere."""
    if "read the sheet" in notes:  # another one was left out, and the remark says so
        return
    known = {_same(student) for student in accounted}
    placed = case.handed.layout in (
        "moodle",
        "cloze",
        "canvas",
    )  # whose exports' users may be known by any of their ids
    for rows in case.tables:
        at = _heading(rows, case.handed)
        if at is None:
            continue
        heading = [cell.strip() for cell in rows[at]]
        same = [cell.casefold() for cell in heading]
        ids = [place for place, cell in enumerate(heading) if cell == case.handed.ids]
        for line, row in enumerate(rows, 1):
            cells = row if placed or not ids else [row[place] for place in ids if place < len(row)]
            text = "".join(row).strip()
            if [cell.strip().casefold() for cell in row] == same or not text or (line == 1 and text.startswith("sep=")):
                continue
            if line <= at and ("lines above the heading" in notes or len("".join(row).strip()) == max(map(len, row))):
                continue  # a title, or told with its line
            if f"lines above the heading, line {line}," in notes:
                continue  # taken for the heading by what stands in it
            texts = [student_id(cell).removeprefix("#") for cell in cells if cell.strip()]
            if (ids and any(not text.isascii() for text in texts)) or "\ufffd" in "".join(row):
                continue  # good ids are ASCII: in another encoding they may be read as others
            names = ", ".join(cell.strip() for cell in row[:2] if cell.strip() not in ("", "-"))
            named = any(text in notes or quoted(text)[1:30] in notes for text in texts if len(text) > 1)
            named = named or any(re.search(rf"[:,] {re.escape(text)}(,|$)", notes, re.MULTILINE) for text in texts)
            named = named or re.search(rf"\blines? ([\d, ]+ )?{line}\b", notes) is not None
            if ids and all(NO_ID.fullmatch(cell.strip()) for cell in cells):
                items = [k for k, cell in enumerate(heading) if cell in case.exam.columns or cell == "answer"]
                if any(k < len(row) and read_numeral(row[k]).kind != "blank" for k in items):
                    yield "dropped", f"row {line} has answers and no id: {row[:5]}"
            elif texts and not named and names not in notes and not known & {_same(text) for text in (*texts, names)}:
                yield "dropped", f"row {line}: {texts[:3]}"


def _cells_of(case: Case, rows: Rows, heading: Sequence[str], row: Sequence[str], item: str) -> list[str]:
    """What stands for an item in a row, where that is plain."""
    layout = case.handed.layout
    if layout == "wide":
        places = [at for at, cell in enumerate(heading) if cell == item]
    elif layout == "canvas":
        places = [at for at, cell in enumerate(heading) if re.search(rf"(?i)\[\s*{re.escape(item)}\s+v", cell)]
    elif layout == "long":
        places = [at for at, cell in enumerate(heading) if cell == "answer"] if item in map(str.strip, row) else []
    elif layout == "moodle":
        tagged = [heading[at] for at, cell in enumerate(row) if f"[{item} v" in cell and at < len(heading)]
        places = [
            at for at, cell in enumerate(heading) if cell in [one.replace("Question", "Response") for one in tagged]
        ]
    else:
        question = item.partition("_")[0]
        part = [one for one in case.exam.columns if one.startswith(question + "_")].index(item) + 1
        return [found for cell in row for found in re.findall(rf"part {part}: ?([^;]*)", cell)]
    return [row[at] if at < len(row) else "" for at in places]


def _invented(case: Case, read: Submissions) -> Iterator[Trouble]:
    """Answers where nothing stands, or that stand nowhere in the student's rows."""
    tables = [(rows, [cell.strip() for cell in rows[at]]) for rows in case.tables
              if (at := _heading(rows, case.handed)) is not None]  # fmt: skip
    for s, student in enumerate(read.students):
        mine = [(rows, heading, row) for rows, heading in tables for row in rows
                if _same(student) in map(_same, row)]  # fmt: skip
        if not mine:
            continue
        for i, item in enumerate(read.items):
            if read.kinds[s, i] != VALUE:
                continue
            cells = [cell for rows, heading, row in mine for cell in _cells_of(case, rows, heading, row, item)]
            if cells and all(read_numeral(cell).kind == "blank" for cell in cells):
                yield "invented", f"{student}, {item}: {read.written[s, i]!r} for {cells[:3]}"


def judged_answers(case: Case, path: Path) -> tuple[str, list[Trouble]]:
    """As `grader score` reads it."""
    last = case.data[-1] % 2 == 0
    try:
        _, read, _ = _submissions(path, case.exam, None, None, last, (None, None))
    except InputError:
        return "refused", []
    accounted = {*read.students, *(one.student for one in read.absent)}
    found = [*_dropped(case, accounted, "\n".join(read.notes)), *_invented(case, read)]
    return "noted" if read.notes else "read", found


def judged_roster(case: Case, path: Path) -> tuple[str, list[Trouble]]:
    """As `qgen make --roster` and `grader score --roster` read it."""
    with contextlib.suppress(InputError):
        read_people(path)
    try:
        read: Roster = read_roster(path)
    except InputError:
        return "refused", []
    if said := re.search(r'student ids from "([^"]+)"', read.source):  # told, should it not be the best column
        case = replace(case, handed=replace(case.handed, ids=said[1]))
    return "noted" if read.notes else "read", list(_dropped(case, set(read.students), "\n".join(read.notes)))


@dataclass(frozen=True)
class Kind:
    case: Callable[[Sequence[Mutation], Exam, random.Random], Case]
    judged: Callable[[Case, Path], tuple[str, list[Trouble]]]


def _answers(any_: Sequence[Mutation], exam: Exam, draw: random.Random) -> Case:
    return csv_case(draw.choice(handed.ANSWERS), any_, exam, draw)


def _workbook(any_: Sequence[Mutation], exam: Exam, draw: random.Random) -> Case:
    return workbook_case(draw.choice(handed.ANSWERS), any_, exam, draw)


def _roster(any_: Sequence[Mutation], exam: Exam, draw: random.Random) -> Case:
    return (workbook_case if draw.random() < 0.3 else csv_case)(handed.roster, any_, exam, draw)


KINDS = {
    "answers": Kind(_answers, judged_answers),
    "workbooks": Kind(_workbook, judged_answers),
    "rosters": Kind(_roster, judged_roster),
}


def read_one(
    name: str, number: int, seed: int, any_: Sequence[Mutation], both: Sequence[Exam], folder: Path
) -> dict[str, object]:
    """What became of the file of this number."""
    draw = random.Random(f"{seed} {name} {number}")
    case = KINDS[name].case(any_, draw.choice(both), draw)
    path = folder / f"{name}{seed}-{number}{case.suffix}"
    path.write_bytes(case.data)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)  # ends the process
    signal.alarm(PATIENCE)  # should it wait for something
    began = time.process_time()
    try:
        what, troubles = KINDS[name].judged(case, path)
    except Exception:
        what, troubles = "tracebacks", [("tracebacks", traceback.format_exc())]
    seconds = time.process_time() - began
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.alarm(0)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if megabytes > MOST_MEGABYTES:
        troubles.append(("large", f"{megabytes:.0f} MB"))
    if not troubles:
        path.unlink()
    return {"file": path.name, "what": what, "troubles": troubles, "seconds": seconds, "megabytes": megabytes}


def forked(work: Callable[[int], dict[str, object]], numbers: range) -> Iterator[dict[str, object]]:
    """What a process of its own says of each number, as many as it gets through."""
    reading, writing = os.pipe()
    if not (process := os.fork()):
        with os.fdopen(writing, "w") as out:
            for number in numbers:
                said = work(number)
                print(json.dumps(said), file=out, flush=True)
                if float(str(said["megabytes"])) > MOST_MEGABYTES:
                    break
        os._exit(0)
    os.close(writing)
    count = 0
    with os.fdopen(reading) as lines:
        for line in lines:
            count += 1
            yield json.loads(line)
    _, status = os.waitpid(process, 0)
    if status:
        slow = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGALRM)
        what = "slow" if slow else "tracebacks"
        troubles = [(what, f"the process ended: {status}")]
        yield {
            "file": f"number {numbers[count]}",
            "what": what,
            "troubles": troubles,
            "seconds": MOST_SECONDS if slow else 0,
            "megabytes": 0,
        }


def mutate(
    name: str, folder: Path, count: int, minutes: float, seed: int, any_: Sequence[Mutation], start: int = 0
) -> int:
    """Runs one kind; prints and returns the troubles. Files with troubles stay in the folder, with what they are."""
    work = partial(read_one, name, seed=seed, any_=any_, both=exams(), folder=folder)
    until = time.monotonic() + 60 * minutes
    counts: Counter[str] = Counter()
    slowest, largest = (0.0, ""), 0.0
    at, end = start, start + count
    while at < end and time.monotonic() < until:
        for said in forked(work, range(at, min(at + BATCH, end))):
            at += 1
            counts.update(["files", str(said["what"])])
            slowest = max(slowest, (float(str(said["seconds"])), str(said["file"])))
            largest = max(largest, float(str(said["megabytes"])))
            troubles = said["troubles"]
            assert isinstance(troubles, list)
            counts.update({what for what, _ in troubles} - {said["what"]})
            if troubles:
                text = "\n".join(f"{what}: {where}" for what, where in troubles)
                (folder / f"{said['file']}.why").write_text(text, "utf-8")
    bad = {what: counts[what] for what in TROUBLES}
    print(
        f"{name}: {counts['files']:,} files, {counts['read']:,} read, {counts['noted']:,} read with remarks, "
        f"{counts['refused']:,} refused; slowest {slowest[0]:.1f} s ({slowest[1]}), largest {largest:.0f} MB; "
        + ", ".join(f"{number} {what}" for what, number in bad.items())
    )
    return sum(bad.values())
