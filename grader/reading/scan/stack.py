"""A stack of scanned files -> pages, each with its seal and what its boxes say. What was read once is kept.

No page can stop the others: each is read in a process that may fail (page_reader.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from grader.reading.sandbox import Readers, readers
from grader.reading.scan.layout import Layout, as_json
from grader.reading.scan.pictures import SUFFIXES
from grader.reading.scan.readings import Reading
from grader.reading.sources import Source, sources_in
from qgen.errors import InputError, quoted
from qgen.exam.exam import Exam
from qgen.papers.seal import Seal, read_seal

READER, WORTHWHILE = "grader.reading.scan.page_reader", 4
SECONDS = 30.0  # for one page; of the processor it gets far fewer
NEEDS = ("cv2", "pypdfium2", "zxingcpp")
BEGINNING = "BPE1"


@dataclass(frozen=True)
class Page:
    """One scanned page: page `number` (from 1) of a `file`, in the order of the stack.

    `state`: read; unplaced (known, but cannot be read), unidentified, foreign (of another exam), solution, damaged;
    `note` says why. `kept`: where what was read lies, with pictures.
    """

    file: str
    number: int
    state: str
    note: str = ""
    seal: Seal | None = None
    readings: Mapping[str, Reading] = field(default_factory=dict)
    kept: Path | None = None
    black_white: bool = False

    @property
    def shown(self) -> str:
        """Which it is, for people."""
        return f"{self.file}, page {self.number}"


@dataclass
class Stack:
    """The pages in the order of their files; a line for every file `left_out`; `notes` on others."""

    pages: list[Page] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check_installed() -> None:
    """InputError where what reads pictures is not there."""
    if missing := [name for name in NEEDS if find_spec(name) is None]:
        raise InputError(
            f'reading scans needs {", ".join(missing)}; install what is missing: pip install "backprop-exam[scan]"'
        )


def read_stack(
    paths: Sequence[Path], exam: Exam, layout: Layout, work: Path,
    progress: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Stack:  # fmt: skip
    """Every page of the files, and of those in the folders and ZIPs. `work`: a folder that keeps what was read."""
    stack = Stack()
    told = json.dumps(as_json(layout))
    (work / "layout.json").write_text(told)
    with readers(SECONDS, READER, WORTHWHILE) as them:
        sources, stack.notes, stack.left_out = sources_in(paths, them, SUFFIXES, "scan")
        wanted = list(_pages(sources, them, stack))
        keys = [_key(source, number, told, exam) for source, number in wanted]
        new = [k for k, key in enumerate(keys) if not (work / f"{key}.json").is_file()]
        requests = [_request(wanted[k][0]) | {"number": wanted[k][1], "layout": str(work / "layout.json")} for k in new]
        progress("reading pages", len(keys) - len(new), len(keys))
        for done, (k, reply) in enumerate(zip(new, them.answers(requests), strict=True), start=1):
            (work / f"{keys[k]}.part").write_text(json.dumps(reply))
            (work / f"{keys[k]}.part").replace(work / f"{keys[k]}.json")
            progress("reading pages", len(keys) - len(new) + done, len(keys))
    for (source, number), key in zip(wanted, keys, strict=True):
        kept = work / f"{key}.json"
        stack.pages.append(_page(source.shown, number + 1, kept, exam))
        if stack.pages[-1].state == "damaged":
            kept.unlink()  # the next run tries again
    return stack


def _pages(sources: Sequence[Source], them: Readers, stack: Stack) -> Iterator[tuple[Source, int]]:
    """Each page of each file, counted from 0; files that cannot be read are left out."""
    for source, reply in zip(sources, them.answers([_request(source) for source in sources]), strict=True):
        if "fault" in reply:
            stack.left_out.append(f"{source.shown}: {reply['fault']}")
        for number in range(reply.get("pages", 0)):
            yield source, number


def _request(source: Source) -> dict[str, Any]:
    return {**source.request, "suffix": source.suffix}


def _key(source: Source, number: int, layout: str, exam: Exam) -> str:
    """Of a page as it lies on the disk now, and of how it is read."""
    stat = Path(source.request["file"]).stat()
    known = [source.request, number, stat.st_size, stat.st_mtime_ns, layout, exam.short_checksum]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()[:24]


def _page(file: str, number: int, kept: Path, exam: Exam) -> Page:
    said = json.loads(kept.read_text())
    if "fault" in said:
        return Page(file, number, "damaged", said["fault"])
    page = Page(file, number, "unidentified", kept=kept, black_white=said["black_white"])
    if not said["seals"]:
        return replace(page, note="no sealed code can be read on it")
    if len(said["seals"]) > 1:
        return replace(page, note="codes of different pages are on it; scan one sheet at a time")
    try:
        seal = read_seal(said["seals"][0], exam)
    except InputError as fault:
        foreign = said["seals"][0].split()[1] != exam.short_checksum.upper()
        return replace(page, state="foreign" if foreign else "unidentified", note=fault.faults[0])
    page = replace(page, seal=seal)
    if seal.kind != "P":
        return replace(page, state="solution", note="is a page of a solution or a key, not of a paper")
    if not said["placed"]:
        return replace(page, state="unplaced", note="its boxes cannot be found; a person has to read it")
    readings = {
        item: Reading(text, sure, second, doubtful, tuple(flags))
        for item, text, sure, second, doubtful, flags, _ in said["readings"]
    }
    return replace(page, state="read", readings=readings)


def pictures_of(page: Page) -> tuple[str, dict[str, str]]:
    """A page's picture and those of its boxes, as JPEGs in base64."""
    assert page.kept is not None, quoted(page.shown)
    said = json.loads(page.kept.read_text())
    return said["picture"], {item: crop for item, *_, crop in said["readings"]}
