"""The numbers of exam.json stand column by column and read back to the last bit; whatever is wrong is one line."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from qgen.errors import InputError
from qgen.exam.exam import make_exam, read_exam, write_exam
from qgen.exam.stored import by_column, by_variant
from qgen.exam.stored.numbers import Numbers

HARD = [0.1, -0.0, 5e-324, 1.7976931348623157e308, 1 / 3, 2**53 + 1.0, 1e-7, -6.0]


@pytest.fixture
def folder(tmp_path):
    write_exam(make_exam({"questions": [{"network": "tanh-heads"}]}, 3, 7), tmp_path)
    return tmp_path


def table(values):
    return Numbers(
        [f"{v:03d}" for v in range(len(values))], {"q1": {"x1": values}}, ["q1_z1"], values[None], values[None] - 1,
        values[None] + 1,
    )  # fmt: skip


@pytest.mark.parametrize("layout", [by_column, by_variant])
def test_every_number_reads_back_as_the_same(layout):
    numbers = table(np.array(HARD))
    text = "".join(layout.text({"program": "x", "names": {"S1": "Zoë"}}, numbers, {"seed": "1"}))
    content = json.loads(text, object_hook=by_column.columns)
    again = layout.numbers_of(content, {"q1": ["x1"]}, ["q1_z1"], "exam.json")
    assert (content["names"], content["seed"], again.variants) == ({"S1": "Zoë"}, "1", numbers.variants)
    for name in ("value", "low", "high"):
        assert getattr(again, name).tobytes() == getattr(numbers, name).tobytes()
    assert again.givens["q1"]["x1"].tobytes() == numbers.givens["q1"]["x1"].tobytes()


def test_the_checksum_is_of_head_names_and_every_number_but_not_of_the_program():
    numbers, head = table(np.array(HARD)), {"program": "1", "title": "a"}
    due = by_column.checksum(head, numbers)
    assert by_column.checksum({**head, "program": "2"}, numbers) == due
    others = [
        by_column.checksum({**head, "title": "b"}, numbers),
        by_column.checksum(head, replace(numbers, items=["q1_z2"])),
        by_column.checksum(head, replace(numbers, variants=[*numbers.variants[1:], "009"])),
        by_column.checksum(head, replace(numbers, givens={"q2": numbers.givens["q1"]})),
        by_column.checksum(head, replace(numbers, low=numbers.high, high=numbers.low)),
    ]
    for name in ("value", "low", "high"):
        changed = getattr(numbers, name).copy()
        changed[0, 4] = np.nextafter(changed[0, 4], 1)
        others.append(by_column.checksum(head, replace(numbers, **{name: changed})))
    assert len({due, *others}) == 1 + len(others)


def test_the_same_numbers_written_anew_are_no_change(folder):
    path = folder / "exam.json"
    content = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(content, indent=4, sort_keys=True), "utf-8")
    read_exam(folder)


def test_there_is_a_line_for_every_column(folder):
    lines = (folder / "exam.json").read_text("utf-8").splitlines()
    (line,) = (line for line in lines if line.startswith('   "x1": ['))
    assert len(json.loads(line.strip().removeprefix('"x1": ').rstrip(","))) == 3


def test_every_entry_of_the_whole_begins_a_line_a_space_from_its_edge(folder):
    text = (folder / "exam.json").read_text("utf-8")
    assert re.findall(r'^ "([^"]*)"', text, re.MULTILINE) == list(json.loads(text))


FAULTS = {
    "no variants": (lambda c: c.update(variants=[]), "variants: not a list of their names"),
    "variants that are no names": (lambda c: c.update(variants=[1, 2, 3]), "variants: not a list of their names"),
    "a variant that is no name": (lambda c: c["variants"].__setitem__(1, 2), "variants: not a list of their names"),
    "variants that are no list": (lambda c: c.update(variants="abc"), "variants: not a list of their names"),
    "a variant less": (lambda c: c["variants"].pop(), "givens.q1.w11: 3 numbers for 2 variants, and "),
    "a number less": (lambda c: c["items"]["q1_loss"]["low"].pop(), "items.q1_loss.low: 2 numbers for 3 variants;"),
    "a text": (
        lambda c: c["givens"]["q1"]["x1"].__setitem__(0, "0.5"), "givens.q1.x1: not a list of numbers; restore it"
    ),
    "a null": (
        lambda c: c["items"]["q1_z1"]["value"].__setitem__(0, None), "items.q1_z1.value: not a list of numbers;"
    ),
    "a list": (
        lambda c: c["items"]["q1_z1"]["value"].__setitem__(0, [1]), "items.q1_z1.value: not a list of numbers;"
    ),
    "a column less": (lambda c: c["items"]["q1_z1"].pop("high"), "items.q1_z1.high: not a list of numbers;"),
    "no item": (lambda c: c["items"].pop("q1_z1"), "items.q1_z1.value: not a list of numbers, and 2 more such;"),
    "a number too large": (
        lambda c: c["items"]["q1_z1"]["value"].__setitem__(0, 10**400), "items.q1_z1.value: not a list of numbers;"
    ),
    "a table for a list": (lambda c: c.update(items=[]), "items.q1_z1.value: not a list of numbers, and "),
    "no givens": (lambda c: c.pop("givens"), "givens.q1.w11: not a list of numbers, and "),
    "no names": (lambda c: c.pop("variants"), "not an exam: KeyError 'variants'"),
}  # fmt: skip


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize("name", FAULTS)
def test_columns_edited_by_hand_are_one_line(folder, name, verify):
    path, (change, said) = folder / "exam.json", FAULTS[name]
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(InputError) as caught:
        read_exam(folder, verify=verify)
    (fault,) = caught.value.faults
    assert fault.startswith(f"{path}: {said}")
    assert "restore it, or make" in fault
