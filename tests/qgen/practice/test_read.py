import math

import numpy as np
from javascript import under_node
from spellings import BLANKS, UNDEFINED, UNREADABLE, VALUES, spellings

from grader.reading.numerals import read
from grader.reading.submissions import Submissions
from grader.reasons import Reason
from qgen.practice.examiner import FOLDER

SCRIPT = (FOLDER / "read.js").read_text("utf-8")
RUN = """
const run=(texts)=>texts.map(t=>{
  const n=read(...t);
  return [n.kind,n.value??null,n.decimals,n.significant,Boolean(n.undefined)];
});
"""
ODD = [
    "1\n2",
    "1_0",
    " 1",
    "0" * 15 + "1",
    "9" * 16,
    "-0",
    "1,234",
    "1.234",
    "12,345",
    "0.100",
    "1.5,",
    "٣",
    "𝟙.𝟝",
    "१२",
]


def test_the_page_reads_numbers_as_grader_does(tmp_path):
    written = [text for value in (0.0468, -0.0468, 1.5, -12.25, 0.5, 3.0, 0.00031, -7e-5, 123.456, 1e22, 2.5e-9, 6.0,
                                  0.1234, -0.9876, 1.0101, 4.98, -0.0001, 0.73444, -0.014082, 5.02, 99.5, 0.3333, -2.0,
                                  0.035261, 8.69) for text in spellings(value)]  # fmt: skip
    texts = [*VALUES, *BLANKS, *UNREADABLE, *UNDEFINED, *ODD, *written]
    assert len(texts) > 500
    asked = [[text, comma] for text in texts for comma in (False, True)]
    found = under_node(f"{SCRIPT}{RUN}", asked, tmp_path)
    wrong = []
    for (text, comma), (kind, value, decimals, significant, undefined) in zip(asked, found, strict=True):
        numeral = read(text, comma=comma)
        same = (kind, decimals, significant) == (numeral.kind, numeral.decimals, numeral.significant)
        same &= undefined == (numeral.reason == Reason("undefined"))
        number = math.nan if value is None else value
        if not same or not (number == numeral.value or (number != number and numeral.value != numeral.value)):
            wrong.append((text, comma, kind, value, numeral))
    assert wrong == []


def test_who_writes_a_decimal_comma_is_read_as_such_on_the_page_too(tmp_path):
    run = "const run=(rows)=>rows.map(r=>readAll(r).map(n=>n.value??null));"
    rows = [["0,5", "1,234", "1.234"], ["0.5", "1,234", "0,5"], ["1,5", "2", "-1,234"], ["1.5", "1.234", ""]]
    found = under_node(f"{SCRIPT}{run}", rows, tmp_path)
    for row, values in zip(rows, found, strict=True):
        right = Submissions.of(["S"], np.array([0]), ["a", "b", "c"], np.array([row], object)).values[0]
        assert [None if math.isnan(value) else value for value in right] == values
