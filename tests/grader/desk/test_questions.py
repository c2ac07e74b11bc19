from dataclasses import replace

from desk_folder import reading

from grader.desk.questions import Question, queue, scanned
from grader.reading.scan.stored import ScannedPage

PAGES = [
    ScannedPage("a.pdf", "1", "001", "1", "read", "", "1.png"),
    ScannedPage("a.pdf", "2", "", "", "unidentified", "no code", "2.png"),
    ScannedPage("a.pdf", "3", "", "", "foreign", "another exam", "3.png"),
]
ROWS = [
    reading("001", "student_id", "12"),
    reading("001", "q1_z1", "1", posterior="0.5"),
    reading("001", "q1_z2", "2", posterior="0.2"),
    reading("001", "q1_z3", "3", posterior="0.9", flags="above strike"),
    reading("001", "q1_a1", "4", "credited", crop="c.png"),
    reading("001", "q1_a2", "5", "credited", crop="d.png"),
    reading("001", "q1_a3", "", "empty"),
    reading("002", "q1_z1", "1"),
    reading("002", "q1_a2", "", "missing", page="2"),
    reading("002", "q1_a3", "", "missing", page="2"),
    reading("002", "student_id", "", "missing", page="2"),
]


def stands(place):
    row = next(row for row in ROWS if (row.student_id, row.item) == place)
    if row.item == "student_id":
        return row.student_id
    return {"credited": row.read, "empty": "", "waiting": f"?{row.read}", "missing": "?page 2 is missing"}[row.state]


def asked(rows=ROWS, written=(), named=None, says=stands, decided=(), seed="x"):
    scan = scanned(rows, PAGES, seed)
    return queue(scan, written, named or {}, says, lambda place: place in decided)


def test_pages_come_first_then_paper_by_paper_the_worst_first_then_what_is_typed():
    written = [Question("written", "S9", "q1_z1"), Question("written", "paper-001", "q1_z1")]
    found = [(one.kind, one.student, one.item) for one in asked(written=written)]
    sure = {("cell", "paper-001", "q1_a1"), ("cell", "paper-001", "q1_a2")}
    assert [one for one in found if one not in sure] == [
        ("page", "", "page:a.pdf#2"),
        ("cell", "paper-001", "q1_z3"),
        ("cell", "paper-001", "q1_z2"),
        ("cell", "paper-001", "q1_z1"),
        ("id", "paper-001", "student_id"),
        ("cell", "paper-002", "q1_z1"),
        ("missing", "paper-002", "page:2"),
        ("id", "paper-002", "student_id"),
        ("written", "S9", "q1_z1"),
    ]


def test_one_sure_answer_of_a_paper_is_mixed_in_the_same_one_each_time():
    places = set()
    for seed in map(str, range(60)):
        found = [one.item for one in asked(seed=seed)]
        assert found == [one.item for one in asked(seed=seed)]
        (sure,) = [item for item in found if item in ("q1_a1", "q1_a2")]
        places.add((sure, found.index(sure)))
    assert places == {(item, place) for item in ("q1_a1", "q1_a2") for place in range(1, 5)}


def test_nothing_tells_the_sure_one_from_the_others():
    sure, other = ({f: getattr(one, f) for f in ("kind", "paper", "page", "why", "items", "combed")}
                   for one in asked() if one.item in ("q1_a1", "q1_a2", "q1_z1") and one.paper == "001")  # fmt: skip
    assert sure == other


def test_the_answers_of_a_page_that_somebody_named_are_asked_with_its_picture():
    for name in ("002", "002.2"):
        rows = [replace(row, paper=row.paper.replace("002", name)) for row in ROWS]
        found = [one for one in asked(rows, named={("002", "2"): "2.png"}) if one.student == "paper-002"]
        assert [(one.kind, one.item, one.picture) for one in found] == [
            ("cell", "q1_z1", ""),
            ("cell", "q1_a2", "2.png"),
            ("cell", "q1_a3", "2.png"),
            ("id", "student_id", "2.png"),
        ]


def test_what_somebody_typed_into_the_answers_meanwhile_is_not_asked_unless_it_was():
    def says(place):
        return "0.5" if place[1] in ("q1_z1", "q1_a2", "q1_a3", "q1_a1") else stands(place)

    found = {(one.kind, one.item) for one in asked(says=says)}
    assert not found & {("cell", item) for item in ("q1_z1", "q1_a1", "q1_a2")}
    assert ("missing", "page:2") not in found
    again = asked(says=says, decided={("paper-001", "q1_z1"), ("paper-002", "q1_a2")})
    assert [one.items for one in again if one.kind == "missing"] == [("q1_a2",)]
    assert ("paper-001", "q1_z1") in [one.place for one in again]


def test_a_row_that_is_not_in_the_answers_is_not_asked():
    assert [one.kind for one in asked(says=lambda place: None)] == ["page"]


def test_a_page_whose_boxes_were_not_found_is_typed_from_its_picture():
    scan = scanned(ROWS, [ScannedPage("a.pdf", "9", "002", "2", "unplaced", "", "9.png")], "x")
    found = queue(scan, [], scan.unplaced, stands, lambda place: False)
    assert [(one.kind, one.picture) for one in found if one.page == "2"] == [("cell", "9.png")] * 2 + [("id", "9.png")]
