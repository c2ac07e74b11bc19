"""What was handed in, file by file: of folders and ZIPs, as a learning-management system packs one, all in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath

from grader.reading.sandbox import Readers, Request
from qgen.errors import InputError, printable


@dataclass(frozen=True)
class Source:
    """A file, or one in a ZIP: what to ask of it, its name for people, its ending, and its stem."""

    request: Request
    shown: str
    suffix: str
    stem: str


@dataclass
class _Found:
    """`kind`: what the files are called, such as PDF."""

    suffixes: Collection[str]
    kind: str
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def sources_in(
    paths: Sequence[Path], them: Readers, suffixes: Collection[str], kind: str
) -> tuple[list[Source], list[str], list[str]]:
    """The files in order, each once; notes on those in folders that are of another kind; what is left out."""
    found = _Found(suffixes, kind)
    sources = list(_sources(paths, them, found))
    return sources, found.notes, found.left_out


def _sources(paths: Sequence[Path], them: Readers, found: _Found) -> Iterator[Source]:
    seen = set()
    for path in paths:
        files = [path]
        if path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if not (p.is_dir() or _hidden(p.relative_to(path)))]
            files = []
            for inner in inside:
                if inner.suffix.lower() in (*found.suffixes, ".zip") and inner.is_file():
                    files.append(inner)
                else:
                    found.notes.append(f"{inner}: is no {found.kind} file; not read")
            if not files:
                raise InputError(*found.notes, f"{path}: there are no {found.kind}s in this folder")
        for file in files:
            if file.absolute() not in seen:
                seen.add(file.absolute())
                if file.suffix.lower() == ".zip":
                    yield from _zipped(file, them, found)
                else:
                    yield Source({"file": str(file.absolute())}, str(file), file.suffix.lower(), file.stem)


def _zipped(file: Path, them: Readers, found: _Found) -> Iterator[Source]:
    """The files in a ZIP. They are unpacked by whoever reads them, within its limits, and nothing to the disk."""
    whole = str(file.absolute())
    reply = them.ask({"file": whole, "names": True})
    if "fault" in reply:
        found.left_out.append(f"{file}: {reply['fault']}")
        return
    count = 0
    for name, entry in sorted((name, entry) for entry, name in enumerate(reply["names"]) if name):
        path = PurePosixPath(name)
        shown = f"{file}/{printable(name)}"
        if path.suffix.lower() in found.suffixes and not _hidden(path):
            count += 1
            yield Source({"file": whole, "entry": entry}, shown, path.suffix.lower(), path.stem)
        elif not _hidden(path):
            found.notes.append(f"{shown}: is no {found.kind} file; not read")
    if not count:
        found.left_out.append(f"{file}: there are no {found.kind}s in this archive")


def _hidden(path: PurePath) -> bool:
    """Whether it is a file of the system's, or in a folder of its."""
    *folders, name = path.parts
    kept = name == "Thumbs.db" or (name.startswith(".") and not name.lower().endswith(".pdf"))
    return kept or any(folder.startswith((".", "__")) and folder != ".." for folder in folders)
