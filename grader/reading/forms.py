"""The filled form of one PDF that a student handed in, which may be anything at all: read in a process of its own.

`python -m grader.reading.forms` answers lines of JSON: a path in, fields or a fault out. It has little memory, its
parent ends it when it takes too long, and nothing in a file is ever run.
"""

from __future__ import annotations

import io
import json
import logging
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from qgen.errors import quoted

MOST_BYTES = 20_000_000  # of a file; a filled paper has 0.1 MB. pypdf unpacks no stream to more than 75 MB.
MOST_MEMORY = 1_000_000_000
MOST_FIELDS = 5_000
LONGEST = 200
_SCRIPTS = ("/JS", "/JavaScript", "/Launch", "/AA")


class FormError(Exception):
    """Why a file's form cannot be read, and what to do."""


def read_form(path: str) -> dict[str, Any]:
    """`fields`: text by full name; `notes`: what a person should know. FormError, or whatever pypdf raises."""
    import pypdf
    from pypdf.errors import DependencyError

    data = _bytes(Path(path))
    if b"%PDF-" not in data[:1024]:
        raise FormError("is no PDF")
    if b"%%EOF" not in data[-1024:]:
        raise FormError("breaks off before its end (an unfinished upload?); ask for the file again")
    complaints = io.StringIO()  # of pypdf, while it repairs a file
    heard = logging.StreamHandler(complaints)
    heard.setLevel(logging.WARNING)
    logging.getLogger("pypdf").addHandler(heard)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise FormError("is encrypted; ask for a copy without a password")
        root = _plain(reader.trailer["/Root"])
        form = _plain(root.get("/AcroForm"))
        if not isinstance(form, dict) or not _plain(form.get("/Fields")):
            raise FormError(
                "has no form fields: printed to PDF, flattened or scanned; ask for the saved form, or type it in"
            )
        fields, notes = _fields(form["/Fields"])
        if "/OpenAction" in root or "/AA" in root or "/JavaScript" in (_plain(root.get("/Names")) or {}):
            notes.append("holds actions or scripts, which were not run")
    except DependencyError:
        raise FormError("is encrypted; ask for a copy without a password") from None
    finally:
        logging.getLogger("pypdf").removeHandler(heard)
    if complaints.getvalue():
        notes.append(f"is not quite a proper PDF ({complaints.getvalue().splitlines()[0][:80]}); check its answers")
    return {"fields": fields, "notes": list(dict.fromkeys(notes))}


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise FormError(f"cannot be read: {error.strerror}") from None
    if not data:
        raise FormError("is empty")
    if len(data) > MOST_BYTES:
        raise FormError(f"is larger than {MOST_BYTES // 1_000_000} MB, far more than a filled paper")
    return data


def _fields(roots: Any) -> tuple[dict[str, str], list[str]]:
    """The text fields below `roots`, whatever shape the tree has: each object is visited once, none twice."""
    from pypdf.generic import IndirectObject

    fields: dict[str, str] = {}
    notes: list[str] = []
    seen: set[Any] = set()
    stack = [(node, "", None, None) for node in reversed(_listed(roots))]
    while stack:
        node, above, kind, value = stack.pop()
        mark = (node.idnum, node.generation) if isinstance(node, IndirectObject) else id(node)
        node = _plain(node)
        if mark in seen or not isinstance(node, dict):
            continue
        seen.add(mark)
        if len(seen) > MOST_FIELDS:
            raise FormError(f"has more than {MOST_FIELDS:,} form fields, so it is no paper of ours")
        part = _plain(node.get("/T"))
        name = above if part is None else f"{above}.{part}" if above else str(part)
        kind, value = _plain(node.get("/FT")) or kind, node.get("/V", value)
        if any(key in node or key in (_plain(node.get("/A")) or {}) for key in _SCRIPTS):
            notes.append("holds actions or scripts, which were not run")
        stack += [(kid, name, kind, value) for kid in reversed(_listed(node.get("/Kids")))]
        if part is None or kind not in ("/Tx", "/Ch") or len(name) > LONGEST:
            continue
        text = _text(_plain(value))
        if len(text) > LONGEST:
            notes.append(f"{quoted(name)} holds {len(text):,} characters, of which {LONGEST} were kept")
            text = text[:LONGEST] + "…"
        fields[name] = text
    return fields, notes


def _listed(node: Any) -> list[Any]:
    node = _plain(node)
    return list(node[: MOST_FIELDS + 1]) if isinstance(node, list) else []


def _plain(node: Any) -> Any:
    """The object that a reference stands for."""
    return node.get_object() if hasattr(node, "get_object") else node


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else f"({type(value).__name__})"


def answer(path: str) -> dict[str, Any]:
    """The form, or {"fault": why}; never an exception."""
    try:
        return read_form(path)
    except FormError as fault:
        return {"fault": str(fault)}
    except MemoryError:
        return {"fault": "unpacks to more than is sane for a paper; not read"}
    except Exception as error:  # whatever a broken or hostile file makes a PDF reader raise
        return {"fault": f"is damaged ({type(error).__name__}); ask for the file again"}


def _limit() -> None:
    with suppress(ImportError, ValueError, OSError):  # Windows has no such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Answer every line of standard input."""
    replies, sys.stdout = sys.stdout, sys.stderr
    _limit()
    for line in sys.stdin:
        replies.write(json.dumps(answer(json.loads(line))) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
