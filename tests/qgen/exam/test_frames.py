"""An exam's tables: the numbers of key.csv and of the papers, found by their ids."""

import csv
import io

import pytest

from qgen.exam.exam import key_csv, make_exam


@pytest.fixture(scope="module")
def exam():
    return make_exam({"questions": [{"network": "relu-sigmoid"}, {"network": "tanh-heads"}]}, 4, 1)


def test_the_key_is_what_key_csv_says(exam):
    key, rows = exam.key(), list(csv.DictReader(io.StringIO(key_csv(exam))))
    assert key.index.names == ["variant", "item"]
    assert len(key) == len(rows)
    for row in rows:
        found = key.loc[(row["variant"], row["item"])]
        assert (found["layer"], found["part"]) == (row["layer"], row["part"])
        assert all(float(row[name]) == found[name] for name in ("marks", "value", "low", "high"))


def test_items_carry_the_names_that_papers_have(exam):
    names = exam.key().loc["001"]["name"]
    assert names["q1_dw11_1"] == "dL/dw_11^(1)"
    assert names["q2_new_b3"] == "new b_3"
    assert names["q1_loss"] == "L"


def test_the_givens_are_those_of_every_variant(exam):
    givens = exam.givens()
    assert list(givens.index) == list(exam.variants)
    for batch in exam.batches:
        for name, values in batch.givens.items():
            assert givens[batch.question.id, name].tolist() == values.tolist()
    assert {str(dtype) for dtype in givens.dtypes} == {"float64"}
