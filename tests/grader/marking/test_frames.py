"""Marks as tables: the numbers of scores.csv and marks.csv, found by their ids."""

import csv
import io
from html import escape

import numpy as np
import pytest

from grader.marking.score import score
from grader.marking.verdicts import VERDICTS, Marks
from grader.rehearsal.simulate import simulate
from grader.results.marksheet import MARKS_HEADER, marks_rows, scores_csv
from qgen.exam.exam import make_exam


@pytest.fixture(scope="module")
def marks() -> Marks:
    exam = make_exam({"questions": [{"network": "tanh-heads"}], "marking": {"follow_through": 0.7}}, 20, 1)
    return score(exam, simulate(exam, 60, np.random.default_rng(1)).submissions)


def test_a_table_of_students_is_what_scores_csv_says(marks: Marks) -> None:
    table, rows = marks.by_student(), list(csv.DictReader(io.StringIO(scores_csv(marks))))
    assert table.index.name == "student_id"
    assert list(table.index) == [row["student_id"] for row in rows]
    assert list(table)[: len(rows[0]) - 1] == list(rows[0])[1:]
    for row in rows:
        found = table.loc[row["student_id"]]
        assert found["variant"] == row["variant"]
        assert all(float(row[name]) == pytest.approx(found[name]) for name in list(row)[2:])
    assert table[list(VERDICTS)].sum(axis=1).eq(len(marks.exam.items)).all()


def test_a_table_of_cells_is_what_marks_csv_says(marks: Marks) -> None:
    table = marks.table()
    text = MARKS_HEADER + "\n" + "".join(marks_rows(marks, range(60)))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert table.index.names == ["student_id", "item"]
    assert len(table) == len(rows)
    for (ids, found), row in zip(table.iterrows(), rows, strict=True):
        assert ids == (row["student_id"], row["item"])
        assert [found[name] for name in ("variant", "layer", "part", "verdict", "misconception")] == [
            row[name] for name in ("variant", "layer", "part", "verdict", "misconception")
        ]
        assert all(float(row[name]) == pytest.approx(found[name]) for name in ("low", "high", "marks", "max_marks"))
        assert (row["from_own"] == "") == np.isnan(found["from_own"])
    assert table["verdict"].dtype == "category"
    assert table["number"].isna().sum() == np.isnan(marks.submissions.values).sum()


def test_a_table_of_items_is_what_the_cells_say(marks: Marks) -> None:
    items, cells = marks.by_item(), marks.table()
    assert list(items.index) == list(marks.exam.columns)
    grouped = cells.groupby("item")
    assert items["mean"].to_dict() == pytest.approx(grouped["marks"].mean().to_dict())
    assert items["facility"].between(0, 1).all()
    wrong = (cells["verdict"] == "wrong").groupby("item").mean()
    assert items["wrong"].to_dict() == pytest.approx(wrong.to_dict())
    assert items[list(VERDICTS)].sum(axis=1).to_list() == pytest.approx([1.0] * len(items))
    earned = cells["marks"].unstack("item")
    for item in items.index:
        rest = earned.drop(columns=item).sum(axis=1)
        expected = earned[item].corr(rest) if earned[item].nunique() > 1 else np.nan
        assert items.loc[item, "discrimination"] == pytest.approx(expected, nan_ok=True)
    shown = cells[cells["misconception"] != ""].groupby("item")["misconception"].agg(lambda names: names.mode()[0])
    assert items["misconception"][shown.index].to_dict() == shown.to_dict()


def test_tables_of_nobody_are_empty(marks: Marks) -> None:
    nobody = score(marks.exam, marks.submissions.take(range(0)))
    assert (len(nobody.table()), len(nobody.by_student()), len(nobody.by_item())) == (0, 0, 21)
    assert repr(nobody) == '<Marks of 0 students in "Backpropagation by hand">'


def test_only_what_was_right_or_followed_earns_anything(marks: Marks) -> None:
    table = marks.table()
    earned = table["marks"].groupby(table["verdict"], observed=True).agg(["min", "max"])
    for verdict in {"wrong", "blank", "unreadable"} & set(earned.index):
        assert earned.loc[verdict].to_list() == [0, 0]
    assert earned.loc["follow_through", "max"] == pytest.approx(0.7 * table["max_marks"].max())


def test_a_notebook_shows_the_summary_whole_above_the_table(marks: Marks) -> None:
    assert marks._repr_html_().startswith(f"<p>{escape(repr(marks)[1:-1])}</p><table")
