"""A ZIP of papers, as a learning-management system packs what was handed in. Nothing of it is written to the disk."""

from __future__ import annotations

import zipfile
from functools import lru_cache
from pathlib import Path

from grader.reading.faults import FormError

MOST_ENTRIES = 20_000


def names(path: Path) -> list[str]:
    """The names of its files, with their folders, in the archive's order; those of folders are blank."""
    archive = _opened(path)
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise FormError(f"holds more than {MOST_ENTRIES:,} files, so it is no folder of papers")
    return ["" if entry.is_dir() else entry.filename.replace("\\", "/") for entry in entries]


def content(path: Path, number: int, most: int) -> bytes:
    """The file of that number, and no more than one byte more than `most` of it."""
    archive = _opened(path)
    try:
        with archive.open(archive.infolist()[number]) as file:
            return file.read(most + 1)
    except NotImplementedError:
        raise FormError("is packed in a way that cannot be read; unpack the archive, and name the folder") from None
    except RuntimeError:  # what zipfile says of a password
        raise FormError("is encrypted; ask for a copy without a password") from None


@lru_cache(maxsize=1)
def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise FormError("is no ZIP archive, or a damaged one") from None
    except OSError as error:
        raise FormError(f"cannot be read: {error.strerror}") from None
