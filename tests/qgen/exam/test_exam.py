"""An exam is its drawn numbers: made, written, read back the same, and refused where a number was changed."""

import csv
import json
from dataclasses import replace
from decimal import Decimal
from functools import cache

import numpy as np
import pytest

from qgen.engine.question import PARTS
from qgen.errors import InputError
from qgen.exam.exam import draw_exam, make_exam, read_exam, read_unverified, rekeyed, write_exam
from qgen.exam.spec import spec_of

QUICK = {"questions": [{"network": "tanh-heads"}, {"network": "tanh-heads", "loss": "squared-error"}]}


def made(table=None, n=3, seed=7, **more):
    return make_exam(spec_of(QUICK if table is None else table), n, seed, **more)


@cache
def rostered():
    return made(students={"S1": "Ann", "S2": 'Bö "B", jr.'})


@pytest.fixture
def folder(tmp_path):
    write_exam(rostered(), tmp_path)
    return tmp_path


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def refused(folder, **more):
    with pytest.raises(InputError) as caught:
        read_exam(folder, **more)
    assert all("\n" not in fault for fault in caught.value.faults)
    return caught.value.faults


def same(one, other):
    assert (one.spec, one.variants, one.columns, one.seed) == (other.spec, other.variants, other.columns, other.seed)
    assert (dict(one.students), dict(one.names), one.checksum) == (
        dict(other.students),
        dict(other.names),
        other.checksum,
    )
    for name in ("value", "low", "high"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for a, b in zip(one.batches, other.batches, strict=True):
        assert list(a.givens) == list(b.givens)
        for name, values in a.givens.items():
            np.testing.assert_array_equal(values, b.givens[name])


def test_what_is_written_is_read_back_the_same(folder):
    same(rostered(), read_exam(folder))
    again = folder / "again"
    again.mkdir()
    write_exam(read_exam(folder), again)
    for name in ("exam.json", "key.csv", "answers.csv"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()


def test_the_default_exam_survives_the_way_through_the_folder(tmp_path):
    exam = made({}, 2)
    write_exam(exam, tmp_path)
    same(exam, read_exam(tmp_path))
    same(exam, rekeyed(read_exam(tmp_path)))


def test_the_same_seed_is_the_same_exam_and_another_seed_another(drawn):
    one, other = made(seed=5), made(seed=6)
    drawn.clear()
    same(one, made(seed=5))
    assert one.checksum != other.checksum
    assert not (one.value == other.value).all(axis=0).any()


def test_an_exam_of_before_says_nothing_of_sealed_forms_and_is_the_same_exam(folder):
    exam, path = read_exam(folder), folder / "exam.json"
    assert exam.sealed
    content = json.loads(path.read_text("utf-8"))
    assert content.pop("sealed") is True
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
    before = read_exam(folder)
    assert (before.sealed, rekeyed(before).sealed, before.checksum) == (False, False, exam.checksum)
    again = folder / "again"
    again.mkdir()
    write_exam(before, again)
    assert json.loads((again / "exam.json").read_text("utf-8")) == content


def test_a_seed_of_128_bits_is_kept_to_the_last(tmp_path):
    write_exam(made(seed=2**128 - 1), tmp_path)
    assert read_exam(tmp_path).seed == 2**128 - 1
    assert json.loads((tmp_path / "exam.json").read_text("utf-8"))["seed"] == str(2**128 - 1)


@pytest.mark.parametrize(("n", "first", "last"), [(3, "001", "003"), (1000, "0001", "1000")])
def test_variants_are_numbered_with_as_many_digits_as_needed_and_at_least_three(n, first, last):
    exam = made({"questions": [{"network": "tanh-heads"}], "certify": {"misconceptions": False}}, n)
    assert (exam.variants[0], exam.variants[-1], len(exam.variants)) == (first, last, n)


def test_the_roster_gets_the_first_variants_in_order():
    exam = made(students={"S9": "Zoe", "S1": "Ann"})
    assert dict(exam.students) == {"S9": "001", "S1": "002"}
    assert dict(exam.names) == {"S9": "Zoe", "S1": "Ann"}


def test_the_key_has_a_row_for_every_variant_and_item_printed_as_compared(folder):
    exam, table = read_exam(folder), rows(folder / "key.csv")
    assert list(table[0]) == ["variant", "item", "layer", "part", "marks", "value", "low", "high"]
    assert [(row["variant"], row["item"]) for row in table] == [(v, i) for v in exam.variants for i in exam.columns]
    for k, row in enumerate(table):
        v, i = divmod(k, len(exam.columns))
        assert (float(row["low"]), float(row["high"])) == (exam.low[i, v], exam.high[i, v])
        assert Decimal(row["low"]) <= Decimal(row["high"])
        assert float(row["low"]) - 1e-12 <= float(row["value"]) <= float(row["high"]) + 1e-12
        assert "e" not in row["value"] + row["low"] + row["high"]
        assert "-0" not in (row["value"], row["low"], row["high"])
        assert row["part"] in PARTS


def test_the_answer_sheet_is_empty_with_the_students_filled_in(folder):
    table = rows(folder / "answers.csv")
    assert list(table[0]) == ["student_id", "variant", "name", *read_exam(folder).sheet_columns]
    assert [(row["student_id"], row["variant"]) for row in table] == [("S1", "001"), ("S2", "002"), ("", "003")]
    assert {row[c] for row in table for c in read_exam(folder).columns} == {""}


def test_the_stored_answers_are_those_of_the_givens(folder):
    content = json.loads((folder / "exam.json").read_text("utf-8"))
    given = {name: values[0] for name, values in content["givens"]["q1"].items()}
    z1 = given["w11"] * given["x1"] + given["w21"] * given["x2"] + given["b1"]
    assert content["items"]["q1_z1"]["value"][0] == pytest.approx(z1)
    assert (content["variants"][0], content["rounding"], content["max_score"]) == ("001", "4dp", 42)
    assert content["students"] == {"S1": "001", "S2": "002"}
    assert content["program"].startswith("backprop-exam ")


def test_the_maximum_is_the_sum_of_all_marks():
    table = {"questions": [{"network": "tanh-heads", "marks": {"forward": 0.5, "loss": 2, "gradient": 1, "update": 0}}]}
    exam = made(table, 1)
    assert exam.max_score == 6 * 0.5 + 2 + 7
    assert sum(item.marks for item in exam.items) == exam.max_score


@pytest.mark.parametrize(("loss", "most"), [(1 / 3, 0.333333), (2 / 3, 0.666667), (0.1234567, 0.123457), (0.7, 0.7)])
def test_the_maximum_is_told_to_six_decimals(loss, most):
    marks = {"forward": 0, "loss": loss, "gradient": 0, "update": 0}
    assert made({"questions": [{"network": "tanh-heads", "marks": marks}]}, 1).max_score == most


CHECKSUM = "was changed after it was made (checksum)"


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["givens"]["q1"]["x1"].__setitem__(1, 0.7),
        lambda c: c["items"]["q2_db1"]["value"].__setitem__(0, 0.5),
        lambda c: c["items"]["q1_loss"]["high"].__setitem__(2, 9.0),
        lambda c: c["spec"]["marking"].__setitem__("imprecise", 1),
        lambda c: c["students"].__setitem__("S1", "002"),
        lambda c: c["names"].__setitem__("S1", "Eve"),
        lambda c: c.__setitem__("seed", "8"),
        lambda c: c.__setitem__("seed", None),
    ],
    ids=["given", "answer", "range", "spec", "student", "name", "seed", "no seed"],
)
def test_a_change_in_exam_json_is_refused(folder, change):
    path = folder / "exam.json"
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), "utf-8")
    (fault,) = refused(folder)
    assert fault.startswith(f"{path}: {CHECKSUM}")
    assert read_exam(folder, verify=False).variants == ("001", "002", "003")


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize("half", [r"\ud800", r"\uDFFF"])
def test_half_a_character_is_one_line(folder, half, verify):
    path = folder / "exam.json"
    path.write_text(path.read_text("utf-8").replace("Ann", half), "utf-8")
    (fault,) = refused(folder, verify=verify)
    assert fault == f'{path}: has half a character, "{half.lower()}"; restore it, or make the exam again'


def test_both_halves_of_a_character_are_one(folder):
    path = folder / "exam.json"
    content = json.loads(path.read_text("utf-8"))
    content["names"]["S1"] = "\U0001f600"
    path.write_text(json.dumps(content), "utf-8")
    assert read_exam(folder, verify=False).names["S1"] == "\U0001f600"


def test_spaces_in_exam_json_are_no_change(folder):
    path = folder / "exam.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8"))), "utf-8")
    read_exam(folder)


def test_a_change_in_the_key_is_refused(folder):
    path = folder / "key.csv"
    text = path.read_text("utf-8")
    last = text.rstrip()[-1]
    path.write_text(text.rstrip()[:-1] + ("1" if last != "1" else "2") + "\n", "utf-8")
    (fault,) = refused(folder)
    assert fault.startswith(f"{path}: {CHECKSUM}")


def test_a_missing_key_and_a_changed_exam_are_both_named(folder):
    (folder / "key.csv").unlink()
    content = json.loads((folder / "exam.json").read_text("utf-8"))
    content["givens"]["q1"]["x1"][0] = 9.9
    (folder / "exam.json").write_text(json.dumps(content), "utf-8")
    faults = refused(folder)
    assert len(faults) == 2
    assert faults[1] == f"{folder / 'key.csv'}: cannot be read: No such file or directory"


def test_a_folder_without_an_exam_is_one_line(tmp_path):
    (fault,) = refused(tmp_path)
    assert fault == f'{tmp_path}: no exam.json here; name the folder that "qgen make" wrote'
    (fault,) = refused(tmp_path / "none")
    assert "no exam.json here" in fault


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_one_line(folder, share):
    path = folder / "exam.json"
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    (fault,) = refused(folder)
    assert fault.startswith(f"{path}: not JSON: ")
    assert fault.endswith("restore it, or make the exam again")


def test_bytes_that_are_no_text_are_one_line(folder):
    (folder / "exam.json").write_bytes(b"\xff\xfe{}")
    (fault,) = refused(folder)
    assert fault.startswith(f"{folder / 'exam.json'}: cannot be read: ")


def test_a_folder_in_the_place_of_the_file_is_one_line(tmp_path):
    (tmp_path / "exam.json").mkdir()
    (fault,) = refused(tmp_path)
    assert fault.startswith(f"{tmp_path / 'exam.json'}: cannot be read: ")


@pytest.mark.parametrize(
    "text",
    [
        "{}", "[]", "3", "null", '"exam"', '{"spec": {}}', '{"spec": [], "variants": []}', "[" * 100_000,
        '{"spec": {}, "variants": [{"id": "001"}]}', '{"spec": {}, "variants": 3}', '{"spec": {}, "variants": []}',
        '{"spec": {}, "variants": [], "students": {}, "names": {}, "checksums": {"exam": "", "key.csv": ""}}',
    ],
)  # fmt: skip
def test_json_that_is_no_exam_is_one_line(folder, text):
    (folder / "exam.json").write_text(text, "utf-8")
    (fault,) = refused(folder)
    assert fault.startswith(str(folder / "exam.json"))
    assert len(fault) < 400


def test_a_spec_inside_that_is_at_fault_is_named(folder):
    content = json.loads((folder / "exam.json").read_text("utf-8"))
    content["spec"]["rounding"] = "four"
    content["spec"]["paper"] = "a5"
    (folder / "exam.json").write_text(json.dumps(content), "utf-8")
    faults = refused(folder)
    assert len(faults) == 2
    assert all(fault.startswith(f"{folder / 'exam.json'}: ") for fault in faults)


def test_the_checksums_are_those_of_the_files(folder):
    exam = read_exam(folder)
    assert read_unverified(folder)[1]["exam"] == exam.checksum
    assert replace(exam, seed=1).checksum == exam.checksum


def test_the_files_end_their_lines_the_same_way_everywhere(folder):
    for name in ("exam.json", "key.csv", "answers.csv"):
        data = (folder / name).read_bytes()
        assert b"\r" not in data
        assert data.endswith(b"\n")


def test_progress_counts_the_variants_of_all_questions():
    seen = []
    draw_exam(spec_of(QUICK), 3, 7, progress=seen.append)
    assert seen[-1] == 6


def test_values_are_kept_to_twelve_decimals_and_no_fewer():
    value = make_exam(spec_of({}), 5, 1).value
    assert (value == np.round(value, 12)).all()
    assert not (value == np.round(value, 11)).all()


def test_no_number_of_the_key_is_minus_zero():
    exam = make_exam({"questions": [{"network": "relu-sigmoid", "dead_relu": 1}]}, 10, 1)
    for table in (exam.value, exam.low, exam.high):
        assert (table == 0).any()
        assert not np.signbit(table[table == 0]).any()
