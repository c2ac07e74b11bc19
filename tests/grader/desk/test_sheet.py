import os

import pytest

from grader.desk.sheet import bring_up_to_date, edited, read_sheet
from grader.reading.scan.journal import Entry
from qgen.errors import InputError

COLUMNS = ("q1_z1", "q1_z2")


def entry(student, item, read, decided):
    return Entry(student, item, read, "", decided, "2026-11-28T01:00:00+00:00", "AK")


def written(tmp_path, text, entries, encoding="utf-8"):
    path = tmp_path / "answers.csv"
    path.write_bytes(text.encode(encoding))
    kept = bring_up_to_date(path, COLUMNS, entries)
    return path.read_bytes().decode(encoding), kept


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_one_cell_changes_and_every_other_byte_stays(tmp_path, encoding, end, mark):
    rows = [
        ["student_id", "variant", "q1_z1", "Notiz", "q1_z2"],
        ["S1", "001", "?0.31", '"schön, ""na"" so; oder"', '"0,5"'],
        [],
        [" S2", "002", ' "?page 2\n is missing"', " x ", "0.5"],
    ]
    text = end.join(mark.join(row) for row in rows)
    found, kept = written(
        tmp_path, text, [entry("S1", "q1_z1", "0.31", "0.37"), entry("S2", "q1_z1", "", "")], encoding
    )
    assert kept.done == 2
    assert found == text.replace("?0.31", "0.37").replace(' "?page 2\n is missing"', "")


def test_long_answers_are_edited_too(tmp_path):
    text = "student_id,variant,item,answer\nS1,001,q1_z1,?1\nS1,001,Q1 Z2,?2\n"
    found, _ = written(tmp_path, text, [entry("S1", "q1_z2", "2", "3")])
    assert found == text.replace("?2", "3")


def test_text_that_needs_quotes_gets_them_and_nothing_runs(tmp_path):
    text = "student_id;variant;q1_z1;q1_z2\nS1;001;?1;?2\n"
    found, _ = written(tmp_path, text, [entry("S1", "q1_z1", "1", '1;2"'), entry("S1", "q1_z2", "2", "=1+1")])
    assert found.splitlines()[1] == 'S1;001;"1;2""";\'=1+1'
    assert read_sheet(tmp_path / "answers.csv", COLUMNS).says(("S1", "q1_z1")) == '1;2"'


def test_letters_that_an_old_encoding_lacks_make_the_file_utf_8(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_bytes("student_id,variant,q1_z1,Notiz\nS1,001,?1,schön für Jürgen\n".encode("cp1252"))
    bring_up_to_date(path, COLUMNS, [entry("S1", "q1_z1", "1", "−1")])
    assert path.read_bytes().decode("utf-8-sig").splitlines()[1] == "S1,001,−1,schön für Jürgen"


@pytest.mark.parametrize("says", ["0.99", "", "absent"])
def test_what_somebody_edited_by_hand_stays(tmp_path, says):
    text = f"student_id,variant,q1_z1,q1_z2\nS1,001,{says},\n"
    found, kept = written(tmp_path, text, [entry("S1", "q1_z1", "0.31", "0.37")])
    assert (found, kept.by_hand) == (text, (("S1", "q1_z1"),))


def test_an_earlier_decision_is_replaced_by_the_later_one(tmp_path):
    entries = [entry("S1", "q1_z1", "0.31", ""), entry("S1", "q1_z1", "0.31", "0.37")]
    for says in ("?0.31", "0.31", "", "0.37", "?illegible"):
        found, kept = written(tmp_path, f"student_id,variant,q1_z1\nS1,001,{says}\n", entries)
        assert (found.splitlines()[1], kept.done) == ("S1,001,0.37", 1)


def test_a_row_gets_its_id_and_is_found_by_both(tmp_path):
    entries = [
        entry("paper-001", "q1_z1", "1", "2"),
        entry("paper-001", "student_id", "12", "S12"),
        entry("S12", "q1_z2", "3", "4"),
    ]
    text = "student_id,variant,q1_z1,q1_z2\n{},001,?1,?3\npaper-002,002,?1,?3\n"
    for name in ("paper-001", "S12"):
        found, kept = written(tmp_path, text.format(name), entries)
        assert (found, kept.done) == ("student_id,variant,q1_z1,q1_z2\nS12,001,2,4\npaper-002,002,?1,?3\n", 3)


def test_an_id_that_moved_to_another_paper_moves_back_from_none(tmp_path):
    entries = [
        entry("paper-1", "student_id", "", "4711"),
        entry("4711", "student_id", "", "4712"),
        entry("paper-2", "student_id", "", "4711"),
    ]
    for one, two in (("paper-1", "paper-2"), ("4711", "paper-2"), ("4712", "paper-2"), ("4712", "4711")):
        found, _ = written(tmp_path, f"student_id,variant,q1_z1\n{one},001,1\n{two},002,1\n", entries)
        assert found == "student_id,variant,q1_z1\n4712,001,1\n4711,002,1\n"


def test_a_row_that_is_gone_is_told(tmp_path):
    _, kept = written(tmp_path, "student_id,variant,q1_z1\nS2,001,1\n", [entry("S1", "q1_z1", "1", "2")])
    assert kept.gone == (("S1", "q1_z1"),)


@pytest.mark.skipif(os.name != "posix", reason="needs modes of files")
def test_its_mode_stays(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("student_id,variant,q1_z1\nS1,001,?1\n")
    path.chmod(0o600)
    bring_up_to_date(path, COLUMNS, [entry("S1", "q1_z1", "1", "2")])
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_says_all_is_not_written(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("student_id,variant,q1_z1\nS1,001,2\n")
    before = path.stat()
    bring_up_to_date(path, COLUMNS, [entry("S1", "q1_z1", "1", "2")])
    assert path.stat() == before


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"PK\x03\x04", "save it as CSV"), (b"a,b\n1,2\n", "no heading of answers"), (b"", "no heading"),
     (b'student_id,variant,q1_z1\nS1,001,"1\n', "quotation mark")],
)  # fmt: skip
def test_what_cannot_be_edited_is_refused(tmp_path, data, told):
    (tmp_path / "answers.csv").write_bytes(data)
    with pytest.raises(InputError, match=told):
        read_sheet(tmp_path / "answers.csv", COLUMNS)


def test_all_rows_of_a_student_are_looked_at(tmp_path):
    text = "student_id,variant,q1_z1\nS1,001,9\nS1,001,?1\n"
    found, _ = written(tmp_path, text, [entry("S1", "q1_z1", "1", "2")])
    assert found == text.replace("?1", "2")
    assert edited(read_sheet(tmp_path / "answers.csv", COLUMNS), [])[0] == found
