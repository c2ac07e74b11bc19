"""The program's own files, and a wheel of them: for places where no package index has it."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from qgen.errors import InputError
from qgen.export.archive import put
from qgen.version import shipped

PACKAGES = ("qgen", "grader")
NAME = "backprop-exam"
_BESIDE = {"templates": "templates", "samples": "samples/exams"}  # in the package qgen; where they are in a checkout


def own_files() -> list[tuple[str, bytes]]:
    """Every file of both packages by its path in a wheel, in order, whether they are installed or in a checkout."""
    root = Path(__file__).parents[2]
    folders = {package: root / package for package in PACKAGES}
    folders |= {f"qgen/{name}": shipped(name, in_checkout) for name, in_checkout in _BESIDE.items()}
    return sorted(dict(file for called, folder in folders.items() for file in _below(folder, called)).items())


def _below(folder: Path, called: str) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield f"{called}/{path.relative_to(folder).as_posix()}", path.read_bytes()


def wheel_of_ourselves() -> tuple[str, bytes]:
    """The name and the bytes of a wheel of what is running now."""
    own = _installed()
    called = f"{NAME.replace('-', '_')}-{own.version}"
    info = f"{called}.dist-info"
    said = {
        "METADATA": own.read_text("METADATA") or "",
        "WHEEL": f"Wheel-Version: 1.0\nGenerator: {NAME} {own.version}\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "entry_points.txt": own.read_text("entry_points.txt") or "",
        "licenses/LICENSE": license_text(),
    }
    files = [*own_files(), *((f"{info}/{name}", text.encode()) for name, text in said.items())]
    record = "".join(f"{name},{_hash(content)},{len(content)}\n" for name, content in files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in (*files, (f"{info}/RECORD", f"{record}{info}/RECORD,,\n".encode())):
            put(archive, name, content)
    return f"{called}-py3-none-any.whl", out.getvalue()


def license_text() -> str:
    """What has to go along with every copy."""
    return _installed().read_text("licenses/LICENSE") or ""


def no_newer() -> str:
    """Constraints for pip: of every package that we need no newer version than the one that is installed here."""
    found = {}
    for line in _installed().requires or ():
        needed = re.match(r"[\w.-]+", line)
        if needed and "extra ==" not in line:
            with suppress(PackageNotFoundError):
                found[needed[0]] = distribution(needed[0]).version
    return "".join(f"{name}<={version}\n" for name, version in sorted(found.items()))


def _installed() -> Distribution:
    try:
        return distribution(NAME)
    except PackageNotFoundError:
        raise InputError(f"{NAME} is not installed here, only its files are there: pip install it first") from None


def _hash(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
