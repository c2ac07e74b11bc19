"""Records in JSON as rows: a list of objects, or a list of such lists, as Moodle downloads a table."""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping, Sequence
from typing import Any

from qgen.errors import InputError, quoted, some
from qgen.tables.rows import MOST_PLACES, Row, too_many

LARGEST = 1 << 26  # bytes: each takes some ten in memory


def read_json(name: str, data: bytes) -> tuple[list[Row], tuple[str, ...]] | None:
    """The heading and a row for every record, numbered from 1, and a remark on those that lack a cell.

    None where the file is no JSON; InputError for JSON of another shape.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    if data.lstrip()[:1] not in (b"[", b"{"):
        return None
    if len(data) > LARGEST:
        raise InputError(f"{name}: is JSON of more than {LARGEST >> 20} MB; download it as CSV")
    try:
        found = json.loads(data, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        if data.lstrip()[:2] in (b"[{", b"[[", b'{"'):
            raise InputError(f"{name}: is JSON that breaks off, or is broken; download it again") from None
        return None  # a table whose first heading begins with a bracket, perhaps
    lists = [part if isinstance(part, list) else [part] for part in found] if isinstance(found, list) else []
    records = [record for part in lists for record in part]
    if not records or not all(isinstance(one, dict) for one in records):
        raise InputError(f"{name}: is JSON, but no list of objects, one for each student; download it as CSV or XLSX")
    heading = list(dict.fromkeys(key for record in records for key in record))
    if len(heading) * len(records) > MOST_PLACES:
        raise too_many(name, len(records))
    rows = ([_text(record.get(key)) for key in heading] for record in records)
    return [(1, heading), *enumerate(rows, 1)], _short(name, heading, records)


def _short(name: str, heading: Sequence[str], records: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    short = [number for number, record in enumerate(records, 1) if len(record) < len(heading)]
    if not short:
        return ()
    lacking = some([quoted(key) for key in heading if key not in records[short[0] - 1]])
    numbers = some([str(number) for number in short])
    return (f"{name}:{short[0]}: lacks {lacking}, so blank there (all such records: {numbers})",)


def _text(value: Any) -> str:
    """A value as it stands in the file; what holds others as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
