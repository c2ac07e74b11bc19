"""Tasks in words: what may stand in their tables, and where an exam holds them."""

import csv

import pytest

from qgen.errors import InputError
from qgen.exam.check import check_folder
from qgen.exam.exam import key_csv, make_exam, read_exam, write_exam
from qgen.exam.spec import spec_of
from qgen.exam.tasks import WORKING

TASK = {"name": "t1", "text": "Derive it.", "marks": 2.5}
PLAIN = {"network": "tanh-heads"}


def exam_with(*tasks, n=2):
    questions = [{**PLAIN, "tasks": list(tasks)}, {**PLAIN, "tasks": [{**TASK, "marks": 1}]}]
    return make_exam(spec_of({"questions": questions}), n, 1)


def faults(*tasks):
    with pytest.raises(InputError) as caught:
        spec_of({"questions": [{**PLAIN, "tasks": list(tasks)}]})
    return [fault.removeprefix("spec: questions[1].tasks") for fault in caught.value.faults]


def test_tasks_follow_their_question_on_the_answer_sheet_and_count_in_the_maximum():
    exam, without = exam_with(TASK, {**TASK, "name": "sketch"}), make_exam(spec_of({"questions": [PLAIN] * 2}), 2, 1)
    first = len(exam.items) // 2
    assert exam.columns == without.columns, "tasks are no items"
    sheet = without.sheet_columns
    assert sorted(sheet) == sorted(without.columns)
    assert exam.sheet_columns == (*sheet[:first], "q1_t1", "q1_sketch", *sheet[first:], "q2_t1")
    assert exam.max_score == without.max_score + 2.5 + 2.5 + 1


def test_a_spec_without_tasks_says_nothing_of_them_so_that_its_checksum_stays():
    spec = spec_of({"questions": [PLAIN]})
    assert "tasks" not in spec.table["questions"][0]
    assert spec.questions[0].tasks == ()
    assert make_exam(spec, 1, 1).checksum != exam_with(TASK, n=1).checksum


def test_the_key_has_a_row_for_each_task_with_neither_layer_nor_numbers(tmp_path):
    exam = exam_with(TASK)
    rows = list(csv.DictReader(key_csv(exam).splitlines()))
    tasks = [row for row in rows if row["part"] == "task"]
    assert [(row["variant"], row["item"], row["marks"]) for row in tasks] == [
        ("001", "q1_t1", "2.5"), ("001", "q2_t1", "1"), ("002", "q1_t1", "2.5"), ("002", "q2_t1", "1"),
    ]  # fmt: skip
    assert {row[name] for row in tasks for name in ("layer", "value", "low", "high")} == {""}
    assert len(rows) == 2 * (len(exam.items) + 2)


def test_an_exam_with_tasks_is_read_back_and_certified_again(tmp_path):
    exam = exam_with({**TASK, "space": "half", "solution": "So."})
    write_exam(exam, tmp_path)
    read = read_exam(tmp_path)
    assert (read.tasks, read.checksum) == (exam.tasks, exam.checksum)
    assert read.tasks[0].solution == "So."
    assert check_folder(tmp_path)[2] == ()
    key = tmp_path / "key.csv"
    key.write_text(key.read_text().replace("001,q1_t1,,task,2.5", "001,q1_t1,,task,9"))
    assert ['marks: "9" is 2.5' in fault for fault in check_folder(tmp_path)[2]] == [True]


def test_every_fault_of_every_task_is_told_at_once():
    assert faults({"name": "T 1", "text": " ", "marks": True, "space": "wide", "mark": 3}, {}, TASK, TASK) == [
        '[1].mark: not known; did you mean "marks"?',
        '[1].name: "T 1" is not accepted; write a small letter, then at most 19 small letters or digits, such as "t1"',
        '[1].text: " " is no text; write what is asked',
        '[1].marks: "True" is not accepted; write a number above 0, up to 1000',
        '[1].space: "wide" is not accepted; write one of none, rest, third, half, page',
        "[2]: no name; write name, text and marks",
        "[2]: no text; write name, text and marks",
        "[2]: no marks; write name, text and marks",
        '[4].name: "t1" is another task\'s, too; write another name',
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("marks", 0), ("marks", 1001), ("marks", "3"), ("marks", float("nan")), ("text", 3), ("text", "x" * 10_001),
        ("solution", ""), ("space", 0.5), ("name", "a" * 21), ("name", "1t"), ("name", "t_1"), ("name", "ä"),
    ],
)  # fmt: skip
def test_what_a_task_cannot_have_is_a_fault_of_that_key(key, value):
    assert [fault.startswith(f"[1].{key}: ") for fault in faults({**TASK, key: value})] == [True]


@pytest.mark.parametrize("name", ["a3", "loss", "neww11", "dw13", "x1", "hidden", "hidden9", "output", "gradient"])
def test_no_task_is_called_as_an_item_a_given_a_layer_or_a_part_is(name):
    assert faults({**TASK, "name": name}) == [
        f': name "{name}" is what something else is called here; write a name such as "t1"'
    ]


@pytest.mark.parametrize("tasks", ["t1", [1], {"name": "t1"}, [TASK | {"name": f"t{k}"} for k in range(21)]])
def test_tasks_are_a_list_of_tables_and_not_too_many(tasks):
    with pytest.raises(InputError, match="tasks: "):
        spec_of({"questions": [{**PLAIN, "tasks": tasks}]})


@pytest.mark.parametrize(("times", "space"), [(2, "half"), (3, "third")])
def test_the_spaces_for_working_fill_a_page_together(times, space):
    assert times * WORKING[space] == WORKING["page"]
