"""Files and folders that appear whole or not at all, however the program ends; nothing of anybody else is deleted."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

from qgen.errors import InputError, quoted, some

RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(1, 10))}
LONGEST_NAME = 60
OWNER_ONLY = 0o700  # an exam folder holds the key, a results folder everyone's marks
NEW, OLD = "new", "old"  # in the hidden folder: what is to take the target's place, and what has stood there

_OURS = re.compile(r"\.(.+)\.unfinished-(?:lock|[0-9a-f]{8})")  # beside the file or folder of that name
Stamp = tuple[int, int, int]  # a file's number on its disk, its size, and when it was changed
_put: dict[Path, tuple[float, Path, os.stat_result]] = {}


@contextmanager
def whole_folder(called: str | Path, *, force: bool, marker: str, ours: Collection[str]) -> Iterator[Path]:
    """A hidden folder beside the one `called` so that takes its place at the end, and is gone if anything fails.

    An existing one is replaced only with `force`, only if it holds `marker`, which shows that this program made it,
    and no file or folder but `ours`, and in those only PDFs as printed; and only if nobody changes it meanwhile.
    """
    called = Path(called)
    with _beside(called) as (target, temporary):
        _tidied_inside(target)
        before = _stamps(target)
        _check_replaceable(called, target, force=force, marker=marker, ours=ours)
        temporary.mkdir(OWNER_ONLY)
        (temporary / NEW).mkdir(OWNER_ONLY)
        yield temporary / NEW
        _exchange(called, target, temporary, before)


@contextmanager
def whole_file(called: str | Path, *, force: bool) -> Iterator[BinaryIO]:
    """A hidden file beside the one `called` so that takes its place at the end, and is gone if anything fails.

    InputError where there is one already (without `force`), where somebody changes it meanwhile, or where none can be.
    """
    called = Path(called)
    if called.is_dir():
        raise InputError(f"{called}: is a folder; choose another name with --out")
    with _beside(called) as (target, temporary):
        before = _stamp(target)
        if before and not target.is_file():
            raise InputError(f"{called}: is a device, which cannot be replaced; choose another name with --out")
        if before and not force:
            raise InputError(f"{called}: exists; choose another name, or replace it with --force")
        with temporary.open("xb") as file:
            yield file
        if _stamp(target) != before:
            raise _meanwhile(called)
        _put[target] = time.monotonic(), called, temporary.stat()
        if before:
            temporary.replace(target)
        elif not _named(temporary, target):
            raise _meanwhile(called)


def write_whole(called: str | Path, content: str | bytes, *, force: bool) -> None:
    """A `whole_file` of this content."""
    with whole_file(called, force=force) as file:
        file.write(content.encode() if isinstance(content, str) else content)


def written(since: float) -> list[Path]:
    """What this process has put in its place since then (`time.monotonic`), as the disk has it at this moment."""
    return [
        called
        for target, (when, called, new) in _put.items()
        if when >= since and target.exists() and os.path.samestat(target.stat(), new)
    ]


def tidied(called: str | Path) -> list[str]:
    """Removes what runs that were killed left beside a file or folder, or in it; says what was put back or kept.

    Nothing is done where another process is at work, which knows better.
    """
    called = Path(called)
    told = _tidied_inside(called)
    with suppress(OSError, InputError):
        target = Path(os.path.realpath(called))
        if _lock_of(target).exists() or _left(target):
            with alone(called, target) as sure:
                for path in _left(target) if sure else ():
                    try:
                        if _removed(called, target, path):
                            told.append(f"{called}: put back as it was before a command was killed while replacing it")
                    except InputError as fault:
                        told += fault.faults
    return told


def _tidied_inside(folder: Path) -> list[str]:
    """The same for all that is in a folder."""
    found = [_OURS.fullmatch(path.name) for path in folder.iterdir()] if folder.is_dir() else []
    return [line for name in {match[1] for match in found if match} for line in tidied(folder / name)]


@contextmanager
def _beside(called: Path) -> Iterator[tuple[Path, Path]]:
    """The place meant, links followed, and a name of its own for what takes it; whatever has that name is gone after.

    InputError where nothing can be written, or where another process is writing.
    """
    target = Path(os.path.realpath(called))
    temporary = target.parent / f".{target.name}.unfinished-{secrets.token_hex(4)}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with alone(called, target) as sure:
            for path in _left(target) if sure else ():
                with suppress(InputError):
                    _removed(called, target, path)
            try:
                yield target, temporary
            finally:
                try:
                    _removed(called, target, temporary)
                except KeyboardInterrupt:
                    _removed(called, target, temporary)
                    raise
    except OSError as fault:
        raise InputError(f"{called}: cannot be written: {fault.strerror}; nothing was changed") from None


def _left(target: Path) -> list[Path]:
    """What runs left beside it that ended before their time, and what one leaves that has not ended."""
    beside = ((Path(entry), _OURS.fullmatch(entry.name)) for entry in os.scandir(target.parent))
    return [path for path, match in beside if match and match[1] == target.name and path != _lock_of(target)]


def _lock_of(target: Path) -> Path:
    return target.parent / f".{target.name}.unfinished-lock"


def _removed(called: Path, target: Path, temporary: Path) -> bool:
    """Removes what a run left; where that ended between its two renames, what it was to replace is put back: True.

    InputError where there is something else in that place by now.
    """
    back = (temporary / NEW).exists() and (temporary / OLD).exists()
    if back:
        try:
            (temporary / OLD).rename(target)
        except OSError:
            raise InputError(f"{called}: as it was before, it is kept in {temporary / OLD}") from None
    if temporary.is_dir():
        shutil.rmtree(temporary, ignore_errors=True)
    else:
        temporary.unlink(missing_ok=True)
    return back


@contextmanager
def alone(called: Path, target: Path) -> Iterator[bool]:
    """While this lasts, no other process of ours writes there; False where system and disk cannot tell.

    A lock shows it, which ends with its process however that ends. InputError where another process holds it.
    """
    path = _lock_of(target)
    while True:
        with path.open("ab") as file:
            try:
                locked = _locked(file)
            except BlockingIOError:
                raise InputError(f"{called}: another command is writing it; try again when that one is done") from None
            if not _is(file, path):  # who had the lock before has removed the file since it was opened here
                continue
            try:
                yield locked
            finally:
                if sys.platform == "win32":
                    file.close()
                with suppress(OSError):
                    path.unlink()
            return


def _is(file: BinaryIO, path: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    return False


def _locked(file: BinaryIO) -> bool:
    """Locks the file as long as this process has it open; False where there are no locks, BlockingIOError if held."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        return False
    except OSError as fault:
        if fault.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            raise BlockingIOError from None
        return False
    return True


def _check_replaceable(called: Path, target: Path, *, force: bool, marker: str, ours: Collection[str]) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise InputError(f"{called}: is a file, not a folder; choose another with --out")
    if target == Path.cwd():
        raise InputError(f"{called}: is the folder you are in, which cannot be replaced; choose another with --out")
    if any(target.iterdir()):
        if not (target / marker).is_file():
            raise InputError(f"{called}: exists and holds no {marker}, so it is left alone; choose another --out")
        if not force:
            raise InputError(f"{called}: exists; choose another with --out, or replace it with --force")
        foreign = sorted(str(path.relative_to(target)) for path in _foreign(target, ours))
        if foreign:
            shown = some([quoted(name, 100) for name in foreign])
            raise InputError(f"{called}: --force would delete {shown}; move it away, or choose another with --out")


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


def _exchange(called: Path, target: Path, temporary: Path, before: Mapping[str, Stamp]) -> None:
    """Puts the new folder in its place; InputError, and all is as it was, if that is not as it was `before`.

    What stands there is looked at once it is out of the way, where nobody puts anything any more.
    """
    new, old = temporary / NEW, temporary / OLD
    _put[target] = time.monotonic(), called, new.stat()
    if before:
        target.rename(old)
        now = _stamps(old)
        if now != before:
            raise _meanwhile(called, sorted(name for name, _ in set(now.items()) ^ set(before.items())))
    elif os.name == "nt":  # where no folder takes the place of an empty one
        with suppress(OSError):
            target.rmdir()
    try:
        new.rename(target)
    except OSError:
        if target.exists():
            raise _meanwhile(called) from None
        raise


def _named(temporary: Path, target: Path) -> bool:
    """Gives a file its name; False where something has it."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        return False
    except OSError:  # a disk that knows no second names
        temporary.rename(target)
    return True


def _stamps(folder: Path) -> dict[str, Stamp]:
    """All that is in a folder, by its path in there; of a folder in it only which one it is."""
    found = {}
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            stamp = _stamp(path)
            if stamp:
                found[str(path.relative_to(folder))] = stamp if name in files else (stamp[0], 0, 0)
    return found


def _stamp(path: Path) -> Stamp | None:
    try:
        it = path.lstat()
    except FileNotFoundError:
        return None
    return it.st_ino, it.st_size, it.st_mtime_ns


def _meanwhile(called: Path, names: Sequence[str] = ()) -> InputError:
    what = f"{called}: {some([quoted(name, 100) for name in dict.fromkeys(names)])}" if names else str(called)
    return InputError(f"{what}: appeared or changed while this command ran; nothing was replaced")


def safe_name(text: str) -> str:
    """A student id as a file name on every system; one that had to be changed ends in a short hash."""
    plain = unicodedata.normalize("NFKD", text)
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", plain).strip("._-")[:LONGEST_NAME].rstrip("._-")
    if name.lower().partition(".")[0] in RESERVED:
        name = name.replace(".", "_")  # Windows takes aux.1 for the device, too
    elif name == text:
        return name
    return f"{name or 'student'}-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"


def pdf_names(people: Iterable[str]) -> list[str]:
    """A PDF's name for everybody, by their ids."""
    return [f"{name}.pdf" for name in unique_names(map(safe_name, people))]


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
