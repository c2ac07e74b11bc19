"""The one exception that means: the input is at fault."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import islice
from os import PathLike


class InputError(Exception):
    """Faults of the user's input, one line each: where, what was read in quotes, what is accepted."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@contextmanager
def collecting(faults: list[str]) -> Iterator[None]:
    """Turns an InputError of the block into faults, so that all of a file are listed at once."""
    try:
        yield
    except InputError as fault:
        faults += fault.faults


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of an error about an unknown name: the nearest known one, else the list of all."""
    names = list(known)
    close = get_close_matches(name[:100], names, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"known: {shown}"


def several(count: int, noun: str) -> str:
    """1 student, 2 students."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def some(names: Sequence[str], most: int = 5) -> str:
    """The first of some names, and how many there are besides."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def shortened(lines: Iterable[str], count: int, where: str = "", most: int = 5) -> list[str]:
    """The first of so many lines about people, and how many more there are, and `where`."""
    more = count - most
    return [*islice(lines, most), *[f"... and {more:,} more{where}"] * (more > 0)]


def brief(fault: str, most: int = 1000) -> str:
    """A fault that quotes something endless without the middle of it: its place, and what is accepted, stay."""
    return fault if len(fault) <= most else f"{fault[: most // 2]}…{fault[-most // 2 :]}"


def quoted(text: str, limit: int = 40) -> str:
    """`text` in quotes, for an error: cut to `limit` characters, whatever does not print escaped."""
    shown = printable(text[:limit])
    return f'"{shown}"' if len(text) <= limit else f'"{shown}…"'


def typed(path: PathLike[str]) -> str:
    """A path for a command that is suggested: in quotes where it has spaces, as every shell takes it."""
    return f'"{path}"' if " " in str(path) else str(path)


def printable(text: str) -> str:
    """The text for a terminal: what would move its cursor, colour or blank it is escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
