"""File names that every system takes, and folders that appear whole or not at all."""

import os
import subprocess
import sys
import time
import unicodedata
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qgen.errors import InputError
from qgen.files import RESERVED, safe_name, tidied, unique_names, whole_file, whole_folder, write_whole, written

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


def fill(folder, text="new"):
    (folder / "exam.json").write_text(text)


@contextmanager
def exam_folder(path, *, force=False):
    with whole_folder(path, force=force, marker="exam.json", ours=("exam.json", "papers")) as folder:
        yield folder


def make_exam_folder(path, text, *, force=False):
    with exam_folder(path, force=force) as folder:
        fill(folder, text)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("replaced", [False, True])
def test_what_appears_in_the_folder_meanwhile_is_kept(tmp_path, replaced):
    out = tmp_path / "exam"
    if replaced:
        make_exam_folder(out, "old")

    def run():
        with exam_folder(out, force=replaced) as folder:
            fill(folder)
            out.mkdir(exist_ok=True)
            (out / "notes.txt").write_text("mine")

    with pytest.raises(InputError, match=r"exam(: \"notes\.txt\")?: appeared or changed while this command ran"):
        run()
    assert (out / "notes.txt").read_text() == "mine"
    assert names(out) == ["exam.json", "notes.txt"] * replaced + ["notes.txt"] * (not replaced)
    assert names(tmp_path) == ["exam"]


@pytest.mark.parametrize("change", [lambda path: path.write_text("mine"), lambda path: path.unlink()])
def test_what_is_changed_or_removed_meanwhile_is_not_replaced(tmp_path, change):
    make_exam_folder(tmp_path / "exam", "old")

    def run():
        with exam_folder(tmp_path / "exam", force=True) as folder:
            fill(folder)
            change(tmp_path / "exam" / "exam.json")

    with pytest.raises(InputError, match=r'"exam\.json": appeared or changed while'):
        run()
    assert "new" not in [path.read_text() for path in (tmp_path / "exam").iterdir()]
    assert names(tmp_path) == ["exam"]


@pytest.mark.parametrize("force", [False, True])
def test_a_file_that_appears_or_changes_meanwhile_is_kept(tmp_path, force):
    path = tmp_path / "a.csv"
    if force:
        path.write_text("old")

    def run():
        with whole_file(path, force=force) as file:
            file.write(b"new")
            path.write_text("mine")

    with pytest.raises(InputError, match=r"a\.csv: appeared or changed while this command ran; nothing was replaced"):
        run()
    assert path.read_text() == "mine"
    assert names(tmp_path) == ["a.csv"]


def test_a_file_that_appears_at_the_very_last_moment_is_kept_too(tmp_path, monkeypatch):
    path, link = tmp_path / "a.csv", os.link

    def late(*arguments):
        path.write_text("mine")
        link(*arguments)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(InputError, match="appeared or changed"):
        write_whole(path, "new", force=False)
    assert path.read_text() == "mine"


def another(code, folder):
    """A process of its own that has begun, when this returns, to write there."""
    start = "import os, signal, sys; from qgen.files import *; from pathlib import Path\n"
    process = subprocess.Popen(
        [sys.executable, "-c", start + code], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "begun\n"
    return process


WRITING = """
with whole_folder("exam", force=True, marker="exam.json", ours=("exam.json",)) as folder:
    (folder / "exam.json").write_text("new")
    print("begun", flush=True)
    input()
"""


def test_while_one_command_writes_a_second_is_told_and_nothing_is_lost(tmp_path):
    with another(WRITING, tmp_path) as first:
        with pytest.raises(InputError, match="exam: another command is writing it; try again when that one is done"):
            make_exam_folder(tmp_path / "exam", "second")
        assert tidied(tmp_path / "exam") == []
        first.communicate("\n")
    assert (tmp_path / "exam" / "exam.json").read_text() == "new"
    assert names(tmp_path) == ["exam"]


def test_what_a_killed_run_left_is_removed_by_the_next_one(tmp_path):
    make_exam_folder(tmp_path / "exam", "old")
    with another(WRITING, tmp_path) as first:
        first.kill()
    assert len(names(tmp_path)) == 3
    make_exam_folder(tmp_path / "exam", "newer", force=True)
    assert names(tmp_path) == ["exam"]
    assert (tmp_path / "exam" / "exam.json").read_text() == "newer"


FILE = """
with whole_file("exam/moodle.xml", force=True) as file:
    print("begun", flush=True)
    input()
"""


def test_what_an_export_left_that_was_killed_in_the_folder_is_not_taken_for_somebodys(tmp_path):
    make_exam_folder(tmp_path / "exam", "old")
    with another(FILE, tmp_path) as first:
        first.kill()
    assert len(names(tmp_path / "exam")) == 3
    make_exam_folder(tmp_path / "exam", "new", force=True)
    assert names(tmp_path / "exam") == ["exam.json"]


BETWEEN = """
rename, done = os.rename, []
def renamed(*arguments):
    if done:
        print("begun", flush=True)
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    done.append(rename(*arguments))
os.rename = renamed
with whole_folder("exam", force=True, marker="exam.json", ours=("exam.json",)) as folder:
    (folder / "exam.json").write_text("new")
"""


@pytest.fixture
def between(tmp_path):
    """A folder in which a run was killed when the old exam was away and the new one not yet there."""
    make_exam_folder(tmp_path / "exam", "old")
    with another(BETWEEN, tmp_path) as first:
        first.wait()
    assert not (tmp_path / "exam").exists()
    return tmp_path


def test_an_exam_that_was_moved_away_is_put_back_with_one_line(between):
    assert tidied(between / "exam") == [
        f"{between / 'exam'}: put back as it was before a command was killed while replacing it"
    ]
    assert (between / "exam" / "exam.json").read_text() == "old"
    assert names(between) == ["exam"]
    assert tidied(between / "exam") == []


def test_an_exam_that_was_moved_away_is_kept_where_another_has_its_place(between):
    (between / "exam").mkdir()
    (between / "exam" / "exam.json").write_text("another")
    (line,) = tidied(between / "exam")
    kept = line.partition("it is kept in ")[2]
    assert (Path(kept) / "exam.json").read_text() == "old"
    assert (between / "exam" / "exam.json").read_text() == "another"


def test_hidden_files_of_others_are_left_alone(tmp_path):
    others = [".exam", ".exam.lock", ".exam.unfinished", ".exam.unfinished-notes", ".examen.unfinished-0123abcd"]
    for name in others:
        (tmp_path / name).write_text("mine")
    make_exam_folder(tmp_path / "exam", "new")
    assert tidied(tmp_path / "exam") == []
    assert names(tmp_path) == sorted([*others, "exam"])


def test_a_link_is_followed(tmp_path):
    (tmp_path / "usb").mkdir()
    try:
        (tmp_path / "exam").symlink_to(tmp_path / "usb" / "exam")
        (tmp_path / "a.csv").symlink_to(tmp_path / "usb" / "a.csv")
    except OSError:
        pytest.skip("links need a right here")
    for text in ("one", "two"):
        make_exam_folder(tmp_path / "exam", text, force=True)
        write_whole(tmp_path / "a.csv", text, force=True)
        assert (tmp_path / "exam").is_symlink()
        assert (tmp_path / "a.csv").is_symlink()
        assert (tmp_path / "usb" / "exam" / "exam.json").read_text() == text
        assert (tmp_path / "usb" / "a.csv").read_text() == text
    assert names(tmp_path / "usb") == ["a.csv", "exam"]


@pytest.mark.skipif(os.name == "nt", reason="no such rights there")
def test_a_folder_is_its_owners_only_from_the_beginning(tmp_path):
    with exam_folder(tmp_path / "exam") as folder:
        assert {path.stat().st_mode & 0o777 for path in (folder, folder.parent)} == {0o700}
        fill(folder)
    assert (tmp_path / "exam").stat().st_mode & 0o777 == 0o700


def test_a_device_and_the_folder_one_is_in_are_no_place_to_write(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="is a device, which cannot be replaced"):
        write_whole(os.devnull, "1", force=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="is the folder you are in, which cannot be replaced"):
        make_exam_folder(".", "new")


def test_what_is_written_is_what_stands_there(tmp_path):
    began = time.monotonic()
    assert written(began) == []
    make_exam_folder(tmp_path / "exam", "new")
    write_whole(tmp_path / "a.csv", "1", force=False)
    assert written(began) == [tmp_path / "exam", tmp_path / "a.csv"]
    (tmp_path / "a.csv").unlink()
    assert written(began) == [tmp_path / "exam"]
    assert written(time.monotonic()) == []
