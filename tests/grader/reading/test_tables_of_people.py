"""Answers files as forms and people make them in several languages: read, or refused with what to do."""

from pathlib import Path

import pytest

from grader.reading.answers import read_sheet
from qgen.errors import InputError

ITEMS = ("q1_z1", "q1_z2")


def read(tmp_path: Path, text: str) -> list[tuple[str, int, list[str]]]:
    path = tmp_path / "answers.csv"
    path.write_text(text, "utf-8")
    found = read_sheet(path, items=ITEMS, variants=["001", "002"])
    return list(zip(found.students, found.variants.tolist(), found.written.tolist(), strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "Zeitstempel,E-Mail-Adresse,Matrikelnummer,Variante,q1_z1,q1_z2\n27.11.2026,a@x,S1,002,0.5,0.6\n",
        "Horodateur,Adresse e-mail,Numéro d'étudiant,Variante,q1_z1,q1_z2\n27/11/2026,a@x,S1,002,0.5,0.6\n",
        "Marca temporal,Número de estudiante,Variante,q1_z1,q1_z2\n27/11/2026,S1,2,0.5,0.6\n",
        "student_id|variant|q1_z1|q1_z2\nS1|002|0.5|0.6\n",
        "“student_id”,“variant”,“q1_z1”,“q1_z2”\n“S1”,“002”,“0.5”,“0.6”\n",
        "student_id,variant,q1_z1,q1_z2\nS1,٠٠٢,0.5,0.6\n",
        "student_id,variant,q1_z1,q1_z2\nstudent_id,variant,q1_z1,q1_z2\nS1,００２,0.5,0.6\n",
    ],
)
def test_all_of_these_are_one_student_s_answers(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == [("S1", 1, ["0.5", "0.6"])]


def test_a_table_with_students_as_columns_is_refused_with_how_to_turn_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="turn the table, so that each student has a row"):
        read(tmp_path, "student_id,S1,S2\nvariant,001,002\nq1_z1,0.5,0.1\nq1_z2,0.6,0.2\n")


def test_a_total_below_the_students_is_left_out_and_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("student_id,variant,q1_z1,q1_z2\nS1,001,0.5,0.6\nTotal,,0.5,0.6\n")
    found = read_sheet(tmp_path / "a.csv", items=ITEMS, variants=["001", "002"])
    assert found.students == ("S1",)
    assert found.notes == ('a.csv:3: lines that are no student\'s were left out: 3 ("Total")',)
