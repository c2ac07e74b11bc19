r"""Moodle files, read the way its CSV import does: `\` escapes a quote, and the file is re-written before parsing."""

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from grader.lms.export import export
from qgen.errors import InputError


def php_read(text):
    r"""fgetcsv with escape `\`: within quotes, a quote after a backslash ends nothing."""
    rows, row, cell, i, quoted = [], [], "", 0, False
    while i < len(text):
        c = text[i]
        if quoted:
            if c == "\\" and i + 1 < len(text):
                cell += text[i : i + 2]
                i += 1
            elif c == '"' and text[i + 1 : i + 2] == '"':
                cell += '"'
                i += 1
            elif c == '"':
                quoted = False
            else:
                cell += c
        elif c == '"' and not cell:
            quoted = True
        elif c in ",\n":
            row.append(cell)
            cell = ""
            if c == "\n":
                rows.append(row)
                row = []
        else:
            cell += c
        i += 1
    return rows + ([[*row, cell]] if cell or row else [])


def php_write(rows):
    r"""fputcsv: quotes a cell with a space or a backslash too, and doubles no quote after a backslash."""
    out = []
    for row in rows:
        cells = []
        for cell in row:
            if re.search(r'[,"\\\n\r\t ]', cell):
                done, escaped = "", False
                for c in cell:
                    done += '""' if c == '"' and not escaped else c
                    escaped = c == "\\"
                cell = f'"{done}"'
            cells.append(cell)
        out.append(",".join(cells) + "\n")
    return "".join(out)


def moodle(data, students, key, most):
    """{student id: (grade per column, feedback)}; all or nothing, as the import is."""
    text = data.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    rows = php_read(php_write(php_read(text)))
    assert len({len(row) for row in rows}) == 1, "number of columns is not constant"
    grades = {}
    for row in rows[1:]:
        (student,) = [s for s in students if key(s) == row[0]]
        numbers = []
        for cell, limit in zip(row[1:], most, strict=False):
            value = cell.replace(" ", "")
            assert re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", value), f"The grade '{value}' is incorrect"
            assert 0 <= Decimal(value) <= limit, "larger than the allowed grade maximum"
            numbers.append(Decimal(value))
        assert student.sid not in grades
        grades[student.sid] = (numbers, row[1 + len(most) :])
    return grades


@pytest.fixture
def roster(save, moodle_rows):
    return save("moodle-roster.csv", moodle_rows)


def numbers(read):
    return {sid: values for sid, (values, _) in read.items()}


def sid(person):
    return person.sid


def test_a_backslash_before_a_quote_makes_this_reader_lose_the_next_student():
    good = 'id,grade,feedback\n1,2,"ends in \\ "\n2,3,x y\n'
    bad = good.replace("\\ ", "\\")
    assert [row[0] for row in php_read(php_write(php_read(good)))] == ["id", "1", "2"]
    assert [row[0] for row in php_read(php_write(php_read(bad)))] == ["id", "1"]
    assert [row[0] for row in php_read(php_write(php_read(bad.replace('"', ""))))] == ["id", "1"]


def test_moodle_reads_back_the_scores_and_a_comment_for_each(results, roster, people, truth):
    done = export("moodle", results, roster=roster, title="Midterm")
    read = moodle(done.files[0].read_bytes(), people, sid, [40])
    assert numbers(read) == {name: [parts[""]] for name, parts in truth.items()}
    assert all(feedback[0].startswith(f"{value[0].normalize():f} of 40.") for value, feedback in read.values())
    assert done.complete


def test_comments_are_one_line_with_the_notes_and_nothing_to_run(results, roster, people):
    (file,) = export("moodle", results, roster=roster, title="Midterm").files
    read = moodle(file.read_bytes(), people, sid, [40])
    assert read["S09"][1] == ["20 of 40. Question 1 hidden layer 1 15/15, Question 1 output layer 5/5, "
                              "Question 2 hidden layer 0/20. "
                              "Question 2, dL/dw_11: wrong, 0/20, ends in \\."]  # fmt: skip
    assert 'say "\\ " =cmd, < b>x' in read["S10"][1][0]
    assert not re.search(r'\\("|$)', read["S10"][1][0])
    assert b"\n" not in file.read_bytes().replace(b"\r\n", b"")


def test_comments_can_be_left_out(results, roster):
    (file,) = export("moodle", results, roster=roster, title="Midterm", feedback=False).files
    assert file.read_text(encoding="utf-8").splitlines()[:2] == ["ID number,Quiz: Midterm", "001234,31.5"]


def test_the_key_is_the_id_number_else_the_email_address(results, save, moodle_rows, people, truth):
    moodle_rows[12][2] = ""  # the student of the wide name has no ID number
    scores = results / "scores.csv"
    scores.write_text(scores.read_text().replace("S16,", "wide@example.edu,"))
    marks = results / "marks.csv"
    marks.write_text(marks.read_text().replace("S16,", "wide@example.edu,"))
    done = export("moodle", results, roster=save("m.csv", moodle_rows), title="Midterm")
    assert done.complete
    assert any('map from "Email address"' in w for w in done.warnings)
    read = moodle(done.files[0].read_bytes(), people, lambda s: s.email, [40])
    assert numbers(read) == {name: [parts[""]] for name, parts in truth.items()}


def test_a_german_export_is_understood(results, save, moodle_rows, people, truth):
    people_heads = ["Vorname", "Nachname", "ID-Nummer", "Institution", "Abteilung", "E-Mail-Adresse", "Gesperrt"]
    grade_heads = ["Kurs gesamt (Punkte)", "Test: Midterm (Punkte)", "Test: Midterm (Feedback)", "Zuletzt"]
    moodle_rows[0] = people_heads + grade_heads
    done = export("moodle", results, roster=save("m.csv", moodle_rows, ";"), title="Midterm")
    assert done.complete
    read = moodle(done.files[0].read_bytes(), people, sid, [40])
    assert numbers(read) == {name: [parts[""]] for name, parts in truth.items()}


@pytest.mark.parametrize(
    "heads",
    [
        ["Voornaam", "Achternaam", "Nummer (ID)", "Instelling", "Afdeling", "E-mailadres"],
        ["Nome", "Apelido", "Número de identificação (ID)", "Instituição", "Departamento", "Endereço de e-mail"],
        ["Имя", "Фамилия", "Индивидуальный номер", "Учреждение", "Отдел", "Адрес электронной почты"],
        ["名", "姓", "IDナンバ", "所属組織", "部署", "メールアドレス"],
        ["名", "姓", "学号", "机构", "系别", "电子邮件地址"],
        ["Ime", "Priimek", "Oznaka", "Ustanova", "Oddelek", "E-poštni naslov"],  # not known: by place
    ],
)
def test_the_id_number_is_known_in_many_languages_and_elsewhere_by_its_place(results, save, moodle_rows, heads):
    moodle_rows[0] = [*heads, *moodle_rows[0][6:]]
    done = export("moodle", results, roster=save("m.csv", moodle_rows), title="Midterm")
    assert done.complete
    assert done.files[0].read_bytes().decode().startswith(f"{heads[2]},Quiz: Midterm,")


def test_an_unknown_language_is_keyed_on_the_column_of_addresses(results, save, moodle_rows, people):
    moodle_rows[0] = [f"h{i}" for i in range(8)] + ["Midterm (x)", "Midterm (y)", "z"]
    moodle_rows = [[*row[:2], *row[3:]] for row in moodle_rows]  # nor is there an ID number
    text = (results / "scores.csv").read_text()
    for p in people:
        text = text.replace(f'"{p.sid}",', f"{p.email},").replace(f"\n{p.sid},", f"\n{p.email},")
    (results / "scores.csv").write_text(text)
    roster = save("m.csv", moodle_rows)
    done = export("moodle", results, roster=roster, title="Midterm", partial=True, feedback=False)
    assert done.files[0].read_bytes().startswith(b"h5,Midterm\r\nann@example.edu,31.5\r\n")


def test_a_grade_over_the_maximum_stops_the_export_as_it_would_the_import(results, roster):
    scores = results / "scores.csv"
    scores.write_text(scores.read_text().replace(",40,40,", ",41,40,"))
    with pytest.raises(InputError, match=r"Moodle takes no grade over the maximum: 12\.345\.678: 41 is over the 40"):
        export("moodle", results, roster=roster, title="Midterm")
    assert not (results / "moodle.csv").exists()


def test_a_new_item_of_other_than_100_points_is_said(results, roster):
    new = export("moodle", results, roster=roster, title="New").warnings
    assert any('a new grade item always has 100 points: first make "New"' in w for w in new)
    percent = export("moodle", results, roster=roster, title="New", scale="percent", force=True).warnings
    assert not any("a new grade item" in w for w in percent)


def test_by_layer_and_percent_read_back(results, roster, people, truth):
    (file,) = export("moodle", results, roster=roster, title="Midterm", by_layer=True, feedback=False).files
    read = numbers(moodle(file.read_bytes(), people, sid, [15, 5, 20]))
    assert read == {n: [v for k, v in parts.items() if k] for n, parts in truth.items()}
    (file,) = export(
        "moodle", results, roster=roster, title="Midterm", by_layer=True, scale="percent", force=True
    ).files
    read = numbers(moodle(file.read_bytes(), people, sid, [100] * 3))
    assert read["001234"] == [100, 100, Decimal("57.5")]


def test_xml_gives_each_student_and_item_by_id_number(results, roster, people, truth):
    done = export("moodle", results, roster=roster, title="Midterm", column="mid-1", xml=True)
    assert done.files == (results / "moodle.xml",)
    root = ElementTree.fromstring(done.files[0].read_bytes())
    read = {}
    for result in root.findall("result"):
        fields = {child.tag: child.text for child in result}
        assert (fields["state"], fields["assignment"]) == ("new", "mid-1")
        assert re.fullmatch(r"\d+(\.\d{1,2})?", fields["score"])
        assert fields["feedback"]
        read[fields["student"]] = Decimal(fields["score"])
    assert read == {name: parts[""] for name, parts in truth.items()} | {"S12": 5}  # its cells are not looked at
    assert any('must be "mid-1"' in w for w in done.warnings)


def test_xml_says_what_maximum_the_item_must_have_for_moodle_cuts_without_a_word(results, roster):
    done = export("moodle", results, roster=roster, xml=True, column="mid")
    assert any("maximum grade must be 40: Moodle cuts" in warning for warning in done.warnings)


def test_xml_refuses_ids_that_moodle_reads_without_their_spaces(results, roster):
    with pytest.raises(InputError, match=r'drops spaces beside &, < and >: "Mid & term"; leave out --xml'):
        export("moodle", results, roster=roster, xml=True, column="Mid & term")


@pytest.mark.parametrize("name", ["a<b", "Mid&term", "x>y", 'a\\"b'])
def test_xml_writes_an_id_number_as_the_user_did(results, roster, name):
    (file,) = export("moodle", results, roster=roster, xml=True, title=name).files
    assert {found.text for found in ElementTree.fromstring(file.read_bytes()).iter("assignment")} == {name}


def test_a_column_may_be_called_as_its_heading_stands_in_the_export(results, roster, moodle_rows):
    heading = next(cell for cell in moodle_rows[0] if "Midterm (" in cell)
    done = export("moodle", results, roster=roster, column=heading)
    assert not any("a new grade item" in warning for warning in done.warnings)


def test_xml_of_the_same_results_has_the_same_bytes(results, roster):
    first, second = (
        export("moodle", results, roster=roster, title="M", xml=True, force=True).files[0].read_bytes()
        for _ in range(2)
    )
    assert first == second


def test_xml_leaves_out_who_has_no_id_number(results, save, moodle_rows):
    moodle_rows[12][2] = ""
    scores = results / "scores.csv"
    scores.write_text(scores.read_text().replace("S16,", "wide@example.edu,"))
    done = export("moodle", results, roster=save("m.csv", moodle_rows), title="M", xml=True, feedback=False)
    assert done.files == ()
    assert [(u.who, u.why) for u in done.unmatched_results] == [
        ("wide@example.edu", 'has no "ID number" in the roster, line 13')
    ]


def test_without_a_roster_the_ids_are_to_be_mapped_by_hand(results, people, truth):
    done = export("moodle", results, title="Midterm", feedback=False)
    read = numbers(moodle(done.files[0].read_bytes(), people, sid, [40]))
    assert read == {name: [parts[""]] for name, parts in truth.items()} | {"S12": [5]}
    assert any(w.startswith("no --roster: map student_id") for w in done.warnings)
