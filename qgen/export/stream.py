"""Large files, written piece by piece, that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from qgen.errors import InputError


@contextmanager
def whole_file(target: Path, *, force: bool) -> Iterator[BinaryIO]:
    """A file beside `target` that takes its place at the end, and is gone if anything fails.

    InputError where the target exists (without `force`) or cannot be written.
    """
    if target.is_dir():
        raise InputError(f"{target}: is a folder; choose another name with --out")
    if target.exists() and not force:
        raise InputError(f"{target}: exists; choose another name with --out, or replace it with --force")
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            yield file
        temporary.replace(target)
    except OSError as fault:
        raise InputError(f"{target}: cannot be written: {fault.strerror}; nothing was changed") from None
    finally:
        temporary.unlink(missing_ok=True)
