"""One process that reads filled-in papers for many tests: its start takes longer than a file."""

import contextlib
import os

import pytest

from grader.reading import collect as collecting


@pytest.fixture(scope="session")
def reader():
    with collecting.readers(collecting.SECONDS) as them:
        them.ask({"file": os.devnull})  # it ends with the thread that starts it: with this one
        yield them


@pytest.fixture
def one_reader(reader, monkeypatch):
    """Papers are read by this process; where it may be brought down, a test starts its own."""
    monkeypatch.setattr(collecting, "readers", lambda seconds: contextlib.nullcontext(reader))
