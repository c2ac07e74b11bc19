"""Headings of forms: an item, an id and a variant are found among other words, what is said about them is not taken."""

import pytest

from grader.reading.columns import columns_of
from qgen.errors import InputError
from qgen.tables.table import Faults, Table

ITEMS = ["q1_z1_1", "q1_z1_2", "q1_dw13"]
THREE = ["student_id", "variant"]


def names(*heading: str) -> tuple[list[str], tuple[str, ...]]:
    faults = Faults("f.csv")
    found = columns_of(Table("f.csv", list(heading), 1, []), ITEMS, faults)
    faults.stop()
    return found.names, tuple(found.notes)


@pytest.mark.parametrize(
    "shape",
    [
        "Answer to {}",
        "{}: your answer",
        "Your answers [{}]",
        "Question 3 ({})",
        "3. {}",
        "{} (4 decimals)",
        "Enter {} *",
    ],
)
@pytest.mark.parametrize(
    "spelt", [str, str.upper, lambda item: item.replace("_", " "), lambda item: item.replace("_", "-")]
)
def test_an_item_is_found_in_the_text_of_a_question(shape, spelt):
    found, notes = names(*THREE, *(shape.format(spelt(item)) for item in ITEMS))
    assert found == [*THREE, *ITEMS]
    assert notes[0].startswith("columns known by what their headings hold: ")


@pytest.mark.parametrize("shape", ["G01[{}]", "{}. What is it?", "[{}]"])
def test_limesurvey_s_codes_are_found_beside_the_text(shape):
    assert names(*THREE, *(shape.format(item.replace("_", "")) for item in ITEMS))[0] == [*THREE, *ITEMS]


def test_points_and_feedback_and_what_two_columns_say_are_no_answers():
    heading = ["Points - q1_z1_1", "Feedback on q1_z1_1", "First q1_z1_2", "Second q1_z1_2", "q1_dw13"]
    assert names(*THREE, *heading) == ([*THREE, "", "", "", "", "q1_dw13"], ())


@pytest.mark.parametrize("ids", ["What is your student number?", "Matrikelnummer (8-stellig)", "Your Student ID", "ID"])
def test_ids_and_variants_are_found_by_what_is_asked(ids):
    assert names("Name", ids, "Variant (top right)", *ITEMS)[0] == ["", "student_id", "variant", *ITEMS]


@pytest.mark.parametrize("heading", [["ID", "Start time"], ["Name"], ["Points - Student ID"]])
def test_a_number_of_an_export_s_rows_is_nobody_s_id(heading):
    with pytest.raises(InputError, match='no column "student_id"; say which one has the ids: --id COLUMN'):
        names(*heading, *ITEMS)
