r"""Sakai files, read as ImportGradesHelper.java reads them: by position, `\` escapes, numbers by locale."""

import re
from decimal import Decimal

import pytest

from grader.lms.export import export
from qgen.errors import InputError


def opencsv(text, mark):
    r"""CSV where within quotes `\` makes the next quote or backslash a plain character."""
    rows, row, cell, i, quoted = [], [], "", 0, False
    while i < len(text):
        c, after = text[i], text[i + 1 : i + 2]
        if quoted and ((c == "\\" and after in ('"', "\\")) or (c == '"' and after == '"')):
            cell += after
            i += 1
        elif c == '"':
            quoted = not quoted
        elif not quoted and c in (mark, "\n"):
            row.append(cell)
            cell = ""
            if c == "\n":
                rows.append(row)
                row = []
        else:
            cell += c
        i += 1
    assert not quoted
    return rows


def sakai(data, students, items, mark=","):
    """{(student id, item): points} and {(student id, item): comment}."""
    header, *rows = opencsv(data.decode("utf-8").replace("\r\n", "\n"), mark)
    assert len({len(row) for row in [header, *rows]}) == 1
    assert len(set(header)) == len(header)
    points, comments = {}, {}
    for row in rows:
        (student,) = [s for s in students if s.login == row[0].strip()]
        for cell, value in zip(header[2:], row[2:], strict=True):
            if cell.startswith("* "):
                assert any(name.startswith(f"{cell[2:]} [") for name in header), "orphaned comments"
                comments[student.sid, cell[2:]] = value
                continue
            match = re.fullmatch(r"([^\[]+)(\[(\d+([\.,]\d+)?)\])?", cell)
            assert match
            assert match[2]
            assert items is None or match[1].strip() in items
            number = r"\d+(,\d+)?" if mark == ";" else r"\d+(\.\d+)?"
            assert re.fullmatch(number, value)
            points[student.sid, match[1].strip()] = Decimal(value.replace(",", "."))
    return points, comments


@pytest.fixture
def rows(people):
    head = ["Student ID", "Student Name", "Midterm [40]", "* Midterm", "# Total"]
    return [head, *([p.login, p.name, p.cell, "", ""] for p in people)]


@pytest.fixture
def by_login(results, people):
    """The same results with logins as student ids, the only ids Sakai exports."""
    for name in ("scores.csv", "marks.csv"):
        text = (results / name).read_text(encoding="utf-8")
        for p in people:
            text = text.replace(f'\n"{p.sid}",', f"\n{p.login},").replace(f"\n{p.sid},", f"\n{p.login},")
        (results / name).write_text(text, encoding="utf-8")
    return results


@pytest.mark.parametrize("mark", [",", ";"])
def test_sakai_reads_back_the_scores_and_comments_in_the_rosters_locale(by_login, save, rows, people, truth, mark):
    done = export("sakai", by_login, roster=save("gb.csv", rows, mark), title="Midterm")
    assert done.complete
    points, comments = sakai(done.files[0].read_bytes(), people, {"Midterm"}, mark)
    assert points == {(n, "Midterm"): v[""] for n, v in truth.items()}
    assert comments["S09", "Midterm"].endswith("Question 2, dL/dw_11: wrong, 0/20, ends in \\.")
    assert set(comments) == set(points)


def test_names_that_run_are_blank(by_login, save, rows):
    (file,) = export("sakai", by_login, roster=save("gb.csv", rows), title="Midterm").files
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[4].startswith("cmd,,7,")
    assert lines[5].startswith("back,Back Slash\\ ,20,")


def test_new_items_carry_their_points(by_login, save, rows, people, truth):
    done = export("sakai", by_login, roster=save("gb.csv", rows), title="Midterm", by_layer=True)
    points, _ = sakai(done.files[0].read_bytes(), people, None)
    assert points == {(n, f"Midterm {k}"): v for n, parts in truth.items() for k, v in parts.items() if k}
    assert "Midterm q1_hidden1 [15],Midterm q1_output [5]," in done.files[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("title", ["Lab [1]x", "* Lab", "#1", "Course Grade"])
def test_titles_that_mean_something_else_are_refused(by_login, title):
    with pytest.raises(InputError, match="cannot be used"):
        export("sakai", by_login, title=title)


def test_without_a_roster_student_ids_are_user_ids(by_login, people, truth):
    done = export("sakai", by_login, title="Midterm", feedback=False)
    points, comments = sakai(done.files[0].read_bytes(), people, None)
    assert points == {(n, "Midterm"): v[""] for n, v in truth.items()} | {("S12", "Midterm"): 5}
    assert not comments
