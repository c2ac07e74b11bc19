"""What stands beside marks.csv is read as it was written, or said to be otherwise."""

import pytest

from grader.decisions.read_back import read_asked
from qgen.errors import InputError

HEADING = "item,layer,part,max_marks\n"
ROW = "q1_z1,hidden,forward,1\n"


def test_a_folder_without_asked_csv_has_left_nothing_out(tmp_path):
    assert read_asked(tmp_path) == {}


def test_asked_csv_that_a_spreadsheet_saved_as_it_was_is_read(tmp_path):
    (tmp_path / "asked.csv").write_bytes(b"\xef\xbb\xbf" + (HEADING + ROW).replace("\n", "\r\n").encode())
    assert read_asked(tmp_path)["q1_z1"]["marks"] == "1"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"x\n", HEADING, (HEADING + ROW).replace(",", ";"), (HEADING + ROW).encode("utf-16"), HEADING + "q1_z1\n",
        HEADING + "q1_z1,hidden,forward,x\n", HEADING + 'q1_z1,hidden,forward,"1,5"\n', HEADING + ROW + ROW,
        HEADING + ROW + ",,,\n", "item,layer,part\nq1_z1,hidden,1\n",
    ],
)  # fmt: skip
def test_asked_csv_that_is_no_longer_as_it_was_written_is_refused(tmp_path, content):
    (tmp_path / "asked.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=r"asked\.csv: .*; run grader score again with --force"):
        read_asked(tmp_path)
