"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

from qgen.errors import InputError

RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(1, 10))}
LONGEST_NAME = 60


@contextmanager
def whole_folder(target: Path, *, force: bool, marker: str, ours: Collection[str]) -> Iterator[Path]:
    """A temporary folder beside `target` that takes its place at the end, and is gone if anything fails.

    An existing target is replaced only with `force`, and only if it holds `marker`, which shows that this program
    made it, and no file or folder but `ours`, and in those only PDFs as printed: --force never deletes anything else.
    """
    target = Path.cwd() / target
    if target.exists():
        if not target.is_dir():
            raise InputError(f"{target}: is a file, not a folder; choose another with --out")
        if any(target.iterdir()):
            if not (target / marker).is_file():
                raise InputError(f"{target}: exists and holds no {marker}, so it is left alone; choose another --out")
            if not force:
                raise InputError(f"{target}: exists; choose another with --out, or replace it with --force")
            foreign = sorted(str(path.relative_to(target)) for path in _foreign(target, ours))
            if foreign:
                shown = ", ".join(f'"{name}"' for name in foreign[:5]) + (", ..." if len(foreign) > 5 else "")
                raise InputError(f"{target}: --force would delete {shown}; move it away, or choose another with --out")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as fault:
        raise InputError(f"{target}: cannot be written: {fault.strerror}; choose another with --out") from None
    try:
        inner = temporary / target.name
        inner.mkdir()
        yield inner
        _replace(inner, target, temporary / "old")
    except OSError as fault:
        raise InputError(f"{target}: cannot be written: {fault.strerror}; nothing was changed") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _foreign(folder: Path, ours: Collection[str]) -> Iterator[Path]:
    """What is not `ours`, and in a folder of ours all that is no PDF as this program printed it."""
    for path in folder.iterdir():
        if path.name not in ours:
            yield path
        elif path.is_dir():
            yield from (inner for inner in path.iterdir() if not as_printed(inner))


def as_printed(path: Path) -> bool:
    """Whether it is a PDF that this program printed and nobody filled in or changed."""
    from qgen.typeset.pdf.objects import is_unchanged

    try:
        return is_unchanged(path.read_bytes())
    except OSError:
        return False


def _replace(new: Path, target: Path, old: Path) -> None:
    if not target.exists():
        new.rename(target)
        return
    try:
        target.rename(old)
        new.rename(target)
    except BaseException:  # Ctrl-C between the two, too: the old folder must not go with the temporary one
        if old.exists() and not target.exists():
            old.rename(target)
        raise


@contextmanager
def whole_file(target: str | Path, *, force: bool) -> Iterator[BinaryIO]:
    """A file beside `target` that takes its place at the end, and is gone if anything fails.

    InputError where the target exists (without `force`) or cannot be written.
    """
    target = Path(target)
    if target.is_dir():
        raise InputError(f"{target}: is a folder; choose another name with --out")
    if target.exists() and not force:
        raise InputError(f"{target}: exists; choose another name, or replace it with --force")
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            yield file
        temporary.replace(target)
    except OSError as fault:
        raise InputError(f"{target}: cannot be written: {fault.strerror}; nothing was changed") from None
    finally:
        with suppress(OSError):
            temporary.unlink()


def write_whole(target: str | Path, content: str | bytes, *, force: bool) -> None:
    """A `whole_file` of this content."""
    with whole_file(target, force=force) as file:
        file.write(content.encode() if isinstance(content, str) else content)


def safe_name(text: str) -> str:
    """A student id as a file name on every system; one that had to be changed ends in a short hash."""
    plain = unicodedata.normalize("NFKD", text)
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", plain).strip("._-")[:LONGEST_NAME].rstrip("._-")
    if name.lower().partition(".")[0] in RESERVED:
        name = name.replace(".", "_")  # Windows takes aux.1 for the device, too
    elif name == text:
        return name
    return f"{name or 'student'}-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"


def unique_names(names: Iterable[str]) -> list[str]:
    """The names, with a number added where two are the same or differ by case only."""
    names = list(names)
    whole = Counter(name.lower() for name in names)
    taken: set[str] = set()
    result = []
    for name in names:
        numbered = (f"{name}-{k}" for k in count(2))
        # no number may make a name that another one has of its own
        free = (one for one in numbered if one.lower() not in taken and one.lower() not in whole)
        result.append(name if name.lower() not in taken else next(free))
        taken.add(result[-1].lower())
    return result
