"""JSON as systems download tables: every record is a row, and what is no table says so."""

import json

import pytest

from qgen.errors import InputError
from qgen.tables.table import read_table


@pytest.fixture
def read(tmp_path):
    def of(text):
        path = tmp_path / "quiz.json"
        path.write_bytes(text.encode())
        return read_table(path)

    return of


def test_records_are_rows_and_their_keys_the_heading_whatever_they_lack(read):
    table = read('\ufeff[[{"a": "x", "b": 0.560}, {"b": -3, "c": null}, {"c": [1, "é"], "a": true}]]')
    assert table.heading == ["a", "b", "c"]
    assert table.body == [(1, ["x", "0.560", ""]), (2, ["", "-3", ""]), (3, ["true", "", '["1", "é"]'])]


def test_records_that_lack_what_others_have_are_told_in_one_remark(read):
    table = read('[{"a": 1, "b": 2, "c": null}, {"b": 3}, {"a": 1, "b": 2}]')
    assert table.notes == ('quiz.json:2: lacks "a", "c", so blank there (all such records: 2, 3)',)
    assert read('[{"a": 1}, {"a": ""}]').notes == ()


@pytest.mark.parametrize("text", ["[]", "{}", "[[1, 2], [3]]", '{"a": {"b": 1}}', '[{"a": 1}, 2]'])
def test_other_json_is_a_fault_that_says_what_is_accepted(read, text):
    with pytest.raises(InputError, match=r"quiz\.json: is JSON, but no list of objects"):
        read(text)


def test_what_only_begins_like_json_is_a_table_of_another_kind(read):
    assert read("[q1] ?,b\n1,2\n").heading == ["[q1] ?", "b"]


@pytest.mark.parametrize("text", ['[[{"a": 1}, {"a"', "[" * 100_000, '{"a": nonsense}'])
def test_json_that_breaks_off_says_so(read, text):
    with pytest.raises(InputError, match=r"quiz\.json: is JSON that breaks off, or is broken"):
        read(text)


def test_a_table_written_as_json_reads_back(read):
    rows = [{"id": f"{k:03}", "text": 'line\n"two"; ' * k} for k in range(20)]
    assert [dict(zip(("id", "text"), cells, strict=True)) for _, cells in read(json.dumps(rows)).body] == rows
