"""Files that were damaged on their way, or are meant to do harm: none may crash, invent or silently lose anything.

    python benchmarks/mutated_files.py [pdf answers workbooks rosters] [--count 2000] [--minutes 10] [--seed 1]
        [--keep FOLDER]

Good files of each kind (see KINDS) are mutated: bytes flipped, cut, doubled and swapped, numbers made huge, objects
exchanged. Each is read as the commands read it, in batches, by a process of its own. Counted are

    tracebacks   a reader's exception, or a process that ended before its time
    invented     cells left blank in the good file for which the mutated one would earn a mark
    dropped      papers or rows that are missing from what was read without a word
    slow, large  more than 10 s for a file (of tables: of the processor), more than 500 MB for a batch

and the exit code is 1 if any occurs. Files that made trouble are kept in --keep. To add a kind, add an entry to KINDS;
tables are read many in one process, see mutated_tables.py.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import mutated_tables

from grader.reading.numerals import read as read_numeral
from qgen.exam.exam import Exam, make_exam, read_exam, write_exam
from qgen.exam.spec import spec_of

BATCH = 50
MOST_SECONDS, MOST_MEGABYTES = 10.0, 500
PATIENCE = BATCH * MOST_SECONDS

Cells = Mapping[str, Mapping[str, str]]
"""What was written, by variant and item."""
Mutation = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Good:
    """A good file and what stands in it."""

    data: bytes
    cells: Cells


@dataclass(frozen=True)
class Kind:
    """A kind of file: good ones of an exam, how they are mutated, and what the program reads in some.

    `read` yields for each file the cells that it found, and whether it said anything about the file.
    """

    suffix: str
    good: Callable[[Exam], Sequence[Good]]
    mutations: Sequence[Mutation]
    read: Callable[[Exam, Sequence[Path]], Iterator[tuple[Cells, bool]]]


def flipped(data: bytes, draw: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.choice((1, 3, 10, 50))):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def cut(data: bytes, draw: random.Random) -> bytes:
    return data[: draw.randrange(len(data))]


def holed(data: bytes, draw: random.Random) -> bytes:
    start = draw.randrange(len(data))
    return data[:start] + data[start + draw.choice((1, 10, 1000, 20_000)) :]


def doubled(data: bytes, draw: random.Random) -> bytes:
    start, at = draw.randrange(len(data)), draw.randrange(len(data))
    return data[:at] + data[start : start + draw.choice((10, 1000, 20_000))] + data[at:]


def noisy(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data))
    return data[:at] + draw.randbytes(draw.choice((1, 100, 5000))) + data[at:]


def huge(data: bytes, draw: random.Random) -> bytes:
    """Some numbers are as large as computers know them, or below zero."""
    numbers = list(re.finditer(rb"\b\d{1,9}\b", data))
    for match in sorted(draw.sample(numbers, min(len(numbers), draw.choice((1, 3, 20)))), key=lambda m: -m.start()):
        number = draw.choice((b"0", b"-1", b"2147483647", b"4294967296", b"9223372036854775808", b"1e400"))
        data = data[: match.start()] + number + data[match.end() :]
    return data


ANY = (flipped, cut, holed, doubled, noisy, huge)


def ended(data: bytes, draw: random.Random) -> bytes:
    """A PDF that was cut, and says that it is whole."""
    return cut(data, draw) + b"\n%%EOF\n"


def exchanged(data: bytes, draw: random.Random) -> bytes:
    """A PDF in which some objects, or references to them, have changed places."""
    pattern = draw.choice((rb"(?<= obj\n).*?(?=\nendobj)", rb"\b\d{1,5} 0 R\b", rb"/[A-Z][A-Za-z]{0,15}\b"))
    found = list(re.finditer(pattern, data, re.DOTALL))
    for _ in range(draw.choice((1, 3, 10))):
        if len(found) < 2:
            break
        one, other = sorted(draw.sample(found, 2), key=lambda match: match.start())
        data = data[: one.start()] + other[0] + data[one.end() : other.start()] + one[0] + data[other.end() :]
        found = list(re.finditer(pattern, data, re.DOTALL))
    return data


def good_papers(exam: Exam) -> list[Good]:
    """Papers half filled in: as a viewer saves them, as plain text, two in one file, typed over, in a ZIP."""
    import warnings
    import zipfile

    import pikepdf

    from qgen.papers.papers import Papers

    warnings.simplefilter("ignore")
    papers = Papers(exam)

    def filled(at: int, *, over: bool = False) -> tuple[pikepdf.Pdf, dict[str, str]]:
        pdf = pikepdf.open(BytesIO(papers.question_paper(at)))
        cells = {item: f"{exam.value[k, at]:.4f}" for k, item in enumerate(exam.columns) if k % 2}
        for page in pdf.pages:
            for field in list(page.obj.Annots):
                name = str(field.T)
                text = f"S{exam.variants[at]}" if name == "student_id" else cells.get(name)
                if text and not over:
                    field.V = pikepdf.String(text)
                elif text:
                    page.obj.Annots.append(
                        pikepdf.Dictionary(Subtype=pikepdf.Name.FreeText, Rect=field.Rect, Contents=text)
                    )
        return pdf, cells

    def saved(pdf: pikepdf.Pdf, *, plain: bool) -> bytes:
        out = BytesIO()
        streams = pikepdf.ObjectStreamMode.disable if plain else pikepdf.ObjectStreamMode.generate
        pdf.save(out, object_stream_mode=streams, compress_streams=not plain)
        return out.getvalue()

    found = []
    for plain in (False, True, True):
        pdf, cells = filled(0)
        found.append(Good(saved(pdf, plain=plain), {exam.variants[0]: cells}))
    pdf, cells = filled(1, over=True)
    found.append(Good(saved(pdf, plain=True), {exam.variants[1]: cells}))
    one, two = filled(2), filled(3)
    both = pikepdf.new()
    for pdf, _ in (one, two):
        both.pages.extend(pdf.pages)
    two_cells = {exam.variants[2]: one[1], exam.variants[3]: two[1]}
    found.append(Good(saved(both, plain=True), two_cells))
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for pdf, name in ((one[0], "a/1.pdf"), (two[0], "b/2.pdf")):
            archive.writestr(name, saved(pdf, plain=True))
    found.append(Good(packed.getvalue(), two_cells))
    return found


def read_papers(exam: Exam, files: Sequence[Path]) -> Iterator[tuple[Cells, bool]]:
    """As `grader collect` does, file by file, with the same reader as long as it lives."""
    from grader.reading import collect as collecting
    from grader.reading.sandbox import readers

    with readers(collecting.SECONDS) as them:
        collecting.readers = lambda seconds: nullcontext(them)  # type: ignore[attr-defined,assignment]
        for file in files:
            found = collecting.collect([file], exam)
            yield {paper.variant: paper.answers for paper in found.papers}, bool(found.notes or found.left_out)


KINDS = {"pdf": Kind(".pdf", good_papers, (*ANY, ended, exchanged, exchanged), read_papers)}


def worker(kind: Kind, folder: Path, files: Sequence[Path]) -> None:
    """Prints a line of JSON for each file: seconds, and what was read or the traceback."""
    exam = read_exam(folder / "exam")
    reads = kind.read(exam, files)
    for _ in files:
        began = time.perf_counter()
        try:
            cells, told = next(reads)
            said: dict[str, object] = {"cells": {k: dict(v) for k, v in cells.items()}, "told": told}
        except Exception:
            said = {"traceback": traceback.format_exc()}
        print(json.dumps({"seconds": time.perf_counter() - began, **said}), flush=True)
        if "traceback" in said:
            break  # a generator that raised is over; the rest is run again


def trouble(said: Mapping[str, object], good: Good, exam: Exam) -> list[str]:
    """What is wrong with what a reader said of a mutated file."""
    if "traceback" in said:
        return ["tracebacks"]
    cells, found = said["cells"], []
    assert isinstance(cells, dict)
    for variant, answers in cells.items():
        at = exam.variants.index(variant)
        for item, text in answers.items():
            k, number = exam.columns.index(item), read_numeral(text)
            if item not in good.cells.get(variant, {}) and exam.low[k, at] <= number.value <= exam.high[k, at]:
                found.append("invented")
    if len(cells) < len(good.cells) and not said["told"]:
        found.append("dropped")
    if float(str(said["seconds"])) > MOST_SECONDS:
        found.append("slow")
    return found


def run(name: str, folder: Path, files: Sequence[Path]) -> tuple[list[dict[str, object]], float]:
    """What a process of its own says of the files, as many as it got through, and its megabytes."""
    command = [sys.executable, __file__, name, "--worker", str(folder), *map(str, files)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    import threading

    timer = threading.Timer(PATIENCE, process.kill)
    timer.start()
    lines = [json.loads(line) for line in process.stdout]
    _, _, usage = os.wait4(process.pid, 0)
    timer.cancel()
    return lines, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", default=[*KINDS, *mutated_tables.KINDS])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    options, rest = parser.parse_known_args()
    if options.worker:
        worker(KINDS[options.kinds[0]], options.worker, [Path(name) for name in (*options.kinds[1:], *rest)])
        return
    bad = 0
    for name in options.kinds:
        with tempfile.TemporaryDirectory() as folder:
            if name in KINDS:
                bad += mutate(name, Path(folder), options)
                continue
            kept = options.keep or Path(folder)
            kept.mkdir(parents=True, exist_ok=True)
            bad += mutated_tables.mutate(name, kept, options.count, options.minutes, options.seed, ANY)
    sys.exit(1 if bad else 0)


def mutate(name: str, folder: Path, options: argparse.Namespace) -> int:
    """Runs one kind; prints and returns the troubles."""
    kind, draw = KINDS[name], random.Random(options.seed)
    exam = make_exam(spec_of({}), 4, 7)
    (folder / "exam").mkdir()
    write_exam(exam, folder / "exam")
    good = kind.good(exam)
    counts: Counter[str] = Counter()
    slowest = largest = 0.0
    until = time.monotonic() + 60 * options.minutes
    while counts["files"] < options.count and time.monotonic() < until:
        batch = []
        for _ in range(min(BATCH, options.count - counts["files"])):
            one = draw.choice(good)
            data = draw.choice(kind.mutations)(one.data, draw)
            suffix = ".zip" if one.data[:2] == b"PK" and kind.suffix == ".pdf" else kind.suffix
            file = folder / f"{counts['files']}{suffix}"
            file.write_bytes(data)
            batch.append((file, one))
            counts["files"] += 1
        while batch:
            said, megabytes = run(name, folder, [file for file, _ in batch])
            largest = max(largest, megabytes)
            if len(said) < len(batch) and "traceback" not in (said[-1] if said else {}):
                said.append({"traceback": "the process ended", "seconds": 0.0})
            for (file, one), reply in zip(batch, said, strict=False):
                slowest = max(slowest, float(str(reply["seconds"])))
                wrong = trouble(reply, one, exam)
                counts.update(set(wrong))
                counts["read"] += bool(reply.get("cells"))
                counts["told"] += bool(reply.get("told"))
                if wrong and options.keep:
                    options.keep.mkdir(parents=True, exist_ok=True)
                    (options.keep / f"{'-'.join(sorted(set(wrong)))}-{file.name}").write_bytes(file.read_bytes())
                    if "traceback" in reply:
                        (options.keep / f"{file.name}.txt").write_text(str(reply["traceback"]))
                file.unlink()
            batch = batch[len(said) :]
    counts["large"] += largest > MOST_MEGABYTES
    bad = {what: counts[what] for what in ("tracebacks", "invented", "dropped", "slow", "large")}
    print(
        f"{name}: {counts['files']:,} files, {counts['read']:,} read, something said of {counts['told']:,}; "
        f"slowest {slowest:.1f} s, largest batch {largest:.0f} MB; "
        + ", ".join(f"{count} {what}" for what, count in bad.items())
    )
    return sum(bad.values())


if __name__ == "__main__":
    main()
