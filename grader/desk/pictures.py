"""Pictures that a scan kept: only files of its own folder, and only PNG and JPEG."""

from __future__ import annotations

from pathlib import Path

LARGEST = 1 << 25  # bytes of a picture
TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def picture(folder: Path, name: str) -> tuple[bytes, str] | None:
    """A picture's bytes and its type; None where the name leaves the folder, or there is no such picture."""
    if not name or "\0" in name or "\\" in name or ":" in name:
        return None
    try:
        path, root = (folder / name).resolve(), folder.resolve()
        if not path.is_relative_to(root) or not path.is_file() or path.stat().st_size > LARGEST:
            return None
        data = path.read_bytes()
    except (OSError, ValueError):
        return None
    kind = next((kind for start, kind in TYPES.items() if data.startswith(start)), None)
    return (data, kind) if kind else None
