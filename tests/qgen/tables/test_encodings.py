"""A file that is no UTF-8 is read in the encoding in which its words look like names, and an example is told."""

import time

import pytest

from qgen.tables.encodings import guessed
from qgen.tables.table import read_table


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1252", "Jürgen Müller, André Gómez, Zoë Öberg, Šimon Žák, D’Arcy Peña"),
        ("cp1252", "Bjørn –0.5"),
        ("mac_roman", "Jürgen Müller, François Lefèvre, Åsa Peña, Groß"),
        ("cp850", "Jürgen Müller, Bjørn"),
        ("cp1250", "Łukasz Wójcik, Zażółć"),
        ("cp1250", "Jiří Dvořák, Tomáš Černý"),
        ("cp1250", "Nagy Győző"),
        ("cp1250", "Krzysztof Wiśniewski"),
        ("cp1250", "Šarić"),
        ("cp1252", "Lebœuf Simões Sæther Guðmundsson"),
        ("cp1251", "Иванов Иван, Ёлкина Юлия"),
        ("cp1253", "Παπαδόπουλος Γιώργος"),
        ("cp1255", "כהן דוד"),
        ("cp1256", "محمد علي"),
        ("gb18030", "王小红 张伟 刘洋"),
        ("big5", "王小明 陳大文"),
        ("euc_kr", "김철수, 이영희"),
        ("cp949", "펲시 이민호"),
        ("cp932", "山田太郎 たなか はなこ"),
    ],
)
def test_names_are_read_as_they_were_written(encoding: str, names: str) -> None:
    data = f"student_id,name\n1,{names}\n".encode(encoding)
    assert data.decode(guessed(data)) == data.decode(encoding)


def test_the_encoding_is_told_with_a_word_that_shows_it(tmp_path) -> None:
    path = tmp_path / "class.csv"
    path.write_bytes("student_id;name\n1;Jürgen Müller\n".encode("mac_roman"))
    table = read_table(path)
    assert table.body[0][1] == ["1", "Jürgen Müller"]
    assert table.notes == ('class.csv: is not UTF-8; read as Mac Roman, such as "Jürgen"',)


@pytest.mark.parametrize("cell", ["a" * 400_000 + "é", "é" * 400_000, "é," * 100_000])
def test_a_long_cell_takes_no_longer_to_guess_than_to_read(cell: str) -> None:
    began = time.perf_counter()
    assert guessed(f"1;Jürgen;{cell}\n2;Zoë\n".encode("cp1252"))
    assert time.perf_counter() - began < 3
