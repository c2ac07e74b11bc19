import pytest
from desk_folder import class_folder

from grader.desk.serve import opened
from grader.desk.session import DecisionError
from grader.reading.scan.decided import Audit, audit_of, read_by
from grader.reading.scan.journal import Journal, read_journal


@pytest.fixture
def session(folder):
    exam, answers = folder
    with Journal(answers) as journal:
        yield opened(answers, exam, None, journal, "AK").session


def again(answers, exam):
    journal = Journal(answers)
    journal.close()
    return opened(answers, exam, None, journal, "AK").session


def at(session, kind, paper=None):
    return next(n for n in session.order if session.asked[n].kind == kind and paper in (None, session.asked[n].paper))


def test_nothing_is_asked_twice_however_often_the_desk_begins(folder):
    exam, answers = folder
    seen = []
    while True:
        with Journal(answers) as journal:
            session = opened(answers, exam, None, journal, "AK").session
            n = session.next()
            if n is None:
                break
            one = session.asked[n]
            seen.append(one.place)
            session.decide(n, "unreadable")
    assert len(seen) == len(set(seen)) == 17
    assert session.summary.left == 0


def test_a_decision_is_in_the_journal_before_the_next_question(session, folder):
    n = session.next()
    session.decide(n, "foreign")
    session.decide(session.next(), "set", "0.5")
    (page, cell) = read_journal(folder[1])
    assert (page.item, page.decided) == ("page:a.pdf#7", "foreign")
    assert (cell.student_id, cell.decided, cell.by) == ("paper-001", "0.5", "AK")


def test_a_named_page_makes_its_answers_questions(session, folder):
    assert at(session, "missing") in session.left
    session.decide(session.next(), "set", "3, p2")
    assert read_journal(folder[1])[-1].decided == "003 P2"
    kinds = [session.asked[n].kind for n in session.order]
    assert "missing" not in kinds
    assert len(session.left) == 18
    session.decide(at(session, "page"), "foreign")
    assert len(session.left) == 16


@pytest.mark.parametrize(
    ("text", "word", "sure"),
    [("", "identity", False), ("xy", "identity", False), ("99 2", "no_variant", False), ("001 1", "not_missing", True),
     ("003 7", "not_missing", True)],
)  # fmt: skip
def test_a_page_that_cannot_be_is_refused(session, text, word, sure):
    with pytest.raises(DecisionError) as refused:
        session.decide(session.next(), "set", text)
    assert (refused.value.word, refused.value.sure) == (word, sure)
    if sure:
        session.decide(session.next(), "set", text, sure=True)


@pytest.mark.parametrize(
    ("text", "word", "sure"),
    [("", "nothing", False), ("-", "nothing", False), ("0.0?8", "question_mark", False), ("0.3.1", "no_number", True),
     ("1,234", "no_number", True), ("1" * 101, "too_long", False)],
)  # fmt: skip
def test_a_number_that_is_none_is_asked_about(session, text, word, sure):
    n = at(session, "cell")
    with pytest.raises(DecisionError) as refused:
        session.decide(n, "set", text)
    assert (refused.value.word, refused.value.sure) == (word, sure)
    if sure:
        session.decide(n, "set", text, sure=True)
        assert session.before(session.asked[n]) == text


def test_what_a_person_types_is_kept_as_typed(session):
    for text in ("−0,5", "1/3", "1.20e-3", "0.500"):
        session.decide(at(session, "cell"), "set", f" {text} ")
        assert session.before(session.asked[at(session, "cell")]) == text


def test_all_answers_of_a_lost_page_are_left_blank_at_once(session, folder):
    n = at(session, "missing")
    session.decide(n, "blank")
    assert n not in session.left
    assert [(e.item, e.decided) for e in read_journal(folder[1])] == [("q2_z1", ""), ("q2_a3", ""), ("q2_loss", "")]
    with pytest.raises(DecisionError):
        session.decide(n, "set", "0.5")


def test_an_id_that_another_paper_has_is_refused_and_may_change_hands(session):
    one, two = at(session, "id", "001"), at(session, "id", "002")
    session.decide(one, "set", "4711")
    for taken in ("4711", "paper-003"):
        with pytest.raises(DecisionError) as refused:
            session.decide(two, "set", taken)
        assert refused.value.word == "taken"
    with pytest.raises(DecisionError):
        session.decide(two, "blank")
    session.decide(one, "set", "4712")
    session.decide(two, "set", "4711")
    assert session.ids == {"paper-001": "4712", "paper-002": "4711"}


def test_after_an_id_decisions_are_of_that_id(session, folder):
    session.decide(at(session, "id", "001"), "set", "4711")
    n = at(session, "cell", "001")
    session.decide(n, "set", "0.5")
    assert read_journal(folder[1])[-1].student_id == "4711"
    assert read_by(folder[1])["4711", session.asked[n].item] == "scan by AK"
    assert n not in again(folder[1], folder[0]).left


def test_back_goes_from_decision_to_decision_and_a_later_one_holds(session):
    first, second, third = session.order[1:4]
    assert session.back(first) is None
    for n in (first, second):
        session.decide(n, "set", "0.5")
    assert session.back(third) == second
    assert session.back(second) == first
    assert session.back(first) is None
    session.decide(first, "set", "0.6")
    assert session.before(session.asked[first]) == "0.6"
    assert session.next() == session.order[0]


def test_the_audit_counts_what_the_machine_was_sure_of(folder):
    exam, answers = folder
    with Journal(answers) as journal:
        session = opened(answers, exam, None, journal, "AK").session
        while (n := session.next()) is not None:
            one = session.asked[n]
            differs = one.paper == "002" and one.place in session.scan.audited
            session.decide(n, *(("set", "0.9999") if differs else ("set", one.read) if one.read else ("unreadable",)))
    assert session.summary.audit == audit_of(answers) == Audit(3, 1)
    assert (session.summary.seen, session.summary.left) == (18, 0)


def test_typed_answers_that_are_no_number_are_asked_once_and_again_where_others_are_typed(tmp_path):
    exam, answers = class_folder(tmp_path)
    answers.write_text('student_id,variant,q1_z1_1,q1_z3\nS1,001,"O,5",0.5\nS2,002,absent,absent\nS3,003,?,n/a\n')
    (tmp_path / "answers-scans/readings.csv").unlink()
    (tmp_path / "answers-scans/pages.csv").unlink()
    session = again(answers, exam)
    assert [(one.kind, one.student, one.read) for one in session.asked] == [("written", "S1", "O,5")]
    assert "letter" in session.asked[0].why
    with Journal(answers) as journal:
        opened(answers, exam, None, journal, "AK").session.decide(0, "unreadable")
    session = again(answers, exam)
    assert (len(session.asked), session.left) == (1, [])  # and can be gone back to
    assert "?illegible" in answers.read_text()
    answers.write_text(answers.read_text().replace("?illegible", "5 cm"))
    session = again(answers, exam)
    assert [session.asked[n].read for n in session.left] == ["5 cm"]
    with Journal(answers) as journal:
        opened(answers, exam, None, journal, "AK").session.decide(0, "set", "5")
    assert again(answers, exam).left == []
    assert "S1,001,5,0.5" in answers.read_text()
