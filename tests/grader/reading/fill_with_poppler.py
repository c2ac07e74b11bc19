"""Fills in the forms of papers as Evince and other viewers do, with Poppler; run by the system's own python3.

In: JSON of [paper, filled, {field: text}] lists. Out: per paper the names of its fields, and which are read-only.
"""

import json
import sys
from pathlib import Path

import gi

gi.require_version("Poppler", "0.18")
from gi.repository import Poppler  # noqa: E402


def fill(paper: str, filled: str, texts: dict[str, str]) -> list[list[str]]:
    document = Poppler.Document.new_from_file(Path(paper).as_uri(), None)
    pages = [document.get_page(number) for number in range(document.get_n_pages())]
    fields = [one.field for page in pages for one in page.get_form_field_mapping()]
    for field in fields:
        if field.get_name() in texts:
            field.text_set_text(texts[field.get_name()])
    document.save(Path(filled).as_uri())
    names = sorted(field.get_name() for field in fields)
    return [names, sorted(field.get_name() for field in fields if field.is_read_only())]


json.dump([fill(*one) for one in json.load(sys.stdin)], sys.stdout)
