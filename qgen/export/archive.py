"""Files in a zip that tells neither time nor machine: the same content gives the same bytes."""

import zipfile

_FIRST = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip knows
_FILE, _PROGRAM = 0o100644 << 16, 0o100755 << 16


def put(archive: zipfile.ZipFile, name: str, content: str | bytes, *, runs: bool = False) -> None:
    """A file into a zip, its bytes those of its content alone; `runs`: as a program."""
    info = zipfile.ZipInfo(name, _FIRST)
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, _PROGRAM if runs else _FILE
    info.create_system = 3  # whose rights these are, on whatever system it is written
    archive.writestr(info, content)
