import os

import pytest

from grader.reading.scan.journal import COLUMNS, Entry, Journal, journal_of, read_journal
from qgen.errors import InputError

ENTRY = Entry("S1", "q1_z1", "0.31", "0.412", "0.37", "2026-11-28T01:00:00+00:00", "AK")


def odd(text):
    return Entry(text, "q1_z1", text, "", text, "2026-11-28T01:00:00+00:00", text)


def test_what_was_added_is_read_again_in_order(tmp_path):
    answers = tmp_path / "answers.csv"
    assert read_journal(answers) == []
    entries = [ENTRY, odd("=1+1"), odd('a,"b"'), odd("−0,5; ?"), odd("-0.5"), odd("")]
    with Journal(answers) as journal:
        journal.add(entries[:2])
        journal.add(entries[2:])
    with Journal(answers) as journal:
        assert journal.entries == read_journal(answers) == entries
    assert journal_of(answers).read_text("utf-8").splitlines()[0] == ",".join(COLUMNS)
    assert "'=1+1" in journal_of(answers).read_text("utf-8")  # no spreadsheet runs it


@pytest.mark.skipif(os.name != "posix", reason="needs modes of files")
def test_nobody_else_can_read_it(tmp_path):
    Journal(tmp_path / "answers.csv").close()
    assert journal_of(tmp_path / "answers.csv").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("cut", range(1, 20, 3))
def test_a_line_that_was_cut_short_does_not_count_and_harms_no_other(tmp_path, cut):
    answers = tmp_path / "answers.csv"
    with Journal(answers) as journal:
        journal.add([ENTRY])
        journal.add([odd("second")])
    data = journal_of(answers).read_bytes()
    journal_of(answers).write_bytes(data[:-cut])
    assert read_journal(answers) == [ENTRY]
    with Journal(answers) as journal:
        journal.add([odd("third")])
    assert read_journal(answers) == [ENTRY, odd("third")]


def test_what_the_disk_does_not_take_leaves_no_trace(tmp_path, monkeypatch):
    answers = tmp_path / "answers.csv"
    with Journal(answers) as journal:
        journal.add([ENTRY])
        write = os.write
        monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:10]))
        with pytest.raises(OSError, match="full"):
            journal.add([odd("second")])
        monkeypatch.undo()
        journal.add([odd("third")])
        assert journal.entries == read_journal(answers) == [ENTRY, odd("third")]


@pytest.mark.parametrize(
    ("text", "told"), [("a,b\n", 'the header is "a,b"'), (",".join(COLUMNS) + "\nx,y\n", ":2: has 2 cells, not 7")]
)
def test_another_file_is_refused(tmp_path, text, told):
    journal_of(tmp_path / "answers.csv").write_text(text)
    with pytest.raises(InputError, match=told):
        Journal(tmp_path / "answers.csv")
