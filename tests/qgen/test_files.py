"""File names that every system takes, and folders that appear whole or not at all."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qgen.errors import InputError
from qgen.files import RESERVED, safe_name, unique_names, whole_folder, write_whole

ids = st.text(min_size=1, max_size=120)


@given(ids)
@example("../../etc/passwd")
@example("CON")
@example("aux.1.x")
@example("nul.")
@example("a" * 200)
@example(".hidden")
@example("S07 ")
@example("\u0421\u041e\u041c1")
def test_any_id_makes_a_name_that_every_system_takes(text):
    name = safe_name(text)
    assert name.isascii()
    assert 0 < len(name) <= 70
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert name[0] not in ".-"
    assert name[-1] not in ".-"
    assert name.lower().partition(".")[0] not in RESERVED


@pytest.mark.parametrize("text", ["S07", "001234", "ann.able", "a_b-c"])
def test_a_plain_id_is_its_own_name(text):
    assert safe_name(text) == text


@given(st.lists(st.sampled_from(["S1", "s1", "S1-2", "s1-2", "s1-3", "ß", "é", unicodedata.normalize("NFD", "é")])))
def test_names_stay_apart_on_a_disk_that_ignores_case(texts):
    names = unique_names(map(safe_name, texts))
    assert len({name.lower() for name in names}) == len(texts)


def test_the_first_of_two_alike_keeps_its_name_and_no_number_takes_another_ones():
    assert unique_names(["S1", "s1", "s1-2"]) == ["S1", "s1-3", "s1-2"]


def test_a_folder_is_all_there_or_not_at_all(tmp_path):
    def fail():
        with whole_folder(tmp_path / "exam", force=False, marker="exam.json", ours=("exam.json",)) as folder:
            (folder / "exam.json").write_text("{}")
            raise InputError("no")

    with pytest.raises(InputError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_what_the_program_did_not_make_is_never_replaced(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_text("cat")
    with (
        pytest.raises(InputError, match=r"holds no exam.json, so it is left alone"),
        whole_folder(tmp_path / "photos", force=True, marker="exam.json", ours=("exam.json",)),
    ):
        pass
    assert (tmp_path / "photos" / "cat.jpg").read_text() == "cat"


def test_a_file_is_replaced_with_force_only(tmp_path):
    write_whole(tmp_path / "a.csv", "1", force=False)
    with pytest.raises(InputError, match=r"a.csv: exists; choose another name, or replace it with --force"):
        write_whole(tmp_path / "a.csv", "2", force=False)
    write_whole(tmp_path / "a.csv", "2", force=True)
    assert (tmp_path / "a.csv").read_text() == "2"
    assert len(list(tmp_path.iterdir())) == 1
