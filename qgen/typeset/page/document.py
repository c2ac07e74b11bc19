"""Markup -> all lines of a document: chunk by chunk, so that what stands on many papers is set once."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from qgen.errors import InputError
from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.fonts.faces import UnprintableError
from qgen.typeset.fonts.glyphs import Glyphs
from qgen.typeset.markup.blocks import Paragraph, parse
from qgen.typeset.markup.chunks import chunks, group
from qgen.typeset.markup.inline import Inline, Text
from qgen.typeset.page.flow import INTRODUCED, Flow, kept
from qgen.typeset.page.lines import PLAIN, Line, single


class Chunk(NamedTuple):
    """Some lines, and whether they start with what a paragraph introduces, and end in a paragraph."""

    lines: tuple[Line, ...]
    introduced: bool
    introduces: bool


def set_lines(
    markup: str,
    width: float,
    drawings: Mapping[str, Drawing],
    margins: Sequence[Inline] = (),
    *,
    replacing: bool = False,
) -> tuple[list[Line], Glyphs]:
    """All lines of a document in reading order, `width` wide, and the glyphs it needs beyond the fixed tables.

    margins: what headers and footers print. replacing: see Glyphs. What stands on many papers is set once: the lines of
    a chunk of markup are kept, if no drawing is in it.
    """
    found: list[Chunk | str] = []
    unusual: list[object] = [part for part in margins if not _is_plain(part)]
    at = 1
    for source in chunks(markup):
        try:
            found.append(_chunk(source, width, drawings))
        except UnprintableError:
            # Few documents hold a name that leaves the fixed tables; only these pay for glyphs of their own.
            found.append(source)
            unusual.append(parse(source))
        except InputError as fault:
            # Report the faults of the whole markup, with their lines; else a formula's or a drawing's with its line.
            parse(markup)
            line = at + _faulty_line(source, width, drawings, fault)
            raise InputError(*(f"markup line {line}: {told}" for told in fault.faults)) from None
        at += source.count("\n") + 2
    glyphs = Glyphs(" ".join(_texts(unusual)), replacing=replacing) if unusual else PLAIN
    flow = Flow(width, drawings, glyphs)
    return _joined([_set(flow, part) if isinstance(part, str) else part for part in found]), glyphs


def _faulty_line(source: str, width: float, drawings: Mapping[str, Drawing], fault: InputError) -> int:
    """The line of a chunk, from 0, that has this fault by itself; the first one that says anything, if none has."""
    lines = source.split("\n")
    for k, line in enumerate(lines):
        try:
            _set(Flow(width, drawings), line)
        except InputError as own:
            if own.faults == fault.faults:
                return k
    return next((k for k, line in enumerate(lines) if line.strip()), 0)


def _joined(parts: Sequence[Chunk]) -> list[Line]:
    """The lines of all; a paragraph stays with what it introduces in the next part."""
    lines: list[Line] = []
    introduces = False
    for part in parts:
        if introduces and part.introduced:
            lines[-1] = lines[-1]._replace(keep=True)
        lines += part.lines
        introduces = part.introduces if part.lines else introduces
    return lines


def _chunk(source: str, width: float, drawings: Mapping[str, Drawing]) -> Chunk:
    """A chunk's lines: kept, but of a group with a drawing only those of the chunks in it that have none."""
    if "@diagram" not in source and "@beside" not in source:
        return _cached(source, width)
    inner = group(source)
    if not inner:
        return _set(Flow(width, drawings), source)
    return Chunk(tuple(kept(_joined([_chunk(part, width, drawings) for part in chunks(inner)]))), False, False)


def _is_plain(text: Inline) -> bool:
    try:
        single(text)
    except UnprintableError:
        return False
    return True


def _texts(node: object) -> list[str]:
    """All words in a tree of blocks."""
    if isinstance(node, Text):
        return [node.text]
    if isinstance(node, tuple | list):
        return [text for child in node for text in _texts(child)]
    return []


def _set(flow: Flow, source: str) -> Chunk:
    blocks = parse(source)
    lines = flow.lines(blocks)
    drawn = next((i for i, line in enumerate(lines) if not line.new_page), None)
    if drawn is not None:
        lines[drawn] = lines[drawn]._replace(opens=True)
    introduced = bool(blocks) and isinstance(blocks[0], INTRODUCED)
    return Chunk(tuple(lines), introduced, bool(blocks) and isinstance(blocks[-1], Paragraph))


@lru_cache(maxsize=1024)
def _cached(source: str, width: float) -> Chunk:
    return _set(Flow(width, {}), source)
