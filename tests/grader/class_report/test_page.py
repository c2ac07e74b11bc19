"""The page: one file that loads nothing, names nobody unless asked, and has a sentence where a figure is undefined."""

import hashlib
import re
from base64 import b64encode
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from grader.class_report.cohort import Cohort
from grader.class_report.formulas import Formulas
from grader.class_report.page import page
from grader.marking.score import score
from grader.marking.verdicts import VERDICTS
from grader.rehearsal.simulate import simulate
from grader.statistics.undefined import Undefined
from qgen.engine.question import AFTER, PARTS
from qgen.exam.certify import CONDITIONS
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.papers.words import TEMPLATES, macro

VOID = {"meta", "br"}
MARKUP = '<script>alert("1")</script>&'


class Reader(HTMLParser):
    """What is open, what is named by id, and every attribute."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        if self.open[-1:] not in (["style"], ["script"]):
            self.text += data


@pytest.fixture(scope="module")
def html(marks) -> str:
    return page(Cohort.of(marks))


def test_every_element_is_closed_and_every_link_leads_somewhere(html):
    read = Reader(html)
    assert read.open == []
    assert len(set(read.ids)) == len(read.ids)
    links = [value for _, name, value in read.attributes if name in ("href", "aria-labelledby")]
    assert len(links) > 10
    assert {link.removeprefix("#") for link in links} <= set(read.ids)


def test_nothing_is_loaded_and_the_policy_allows_nothing(html):
    read = Reader(html)
    assert "://" not in html
    assert not {tag for tag, *_ in read.attributes} & {"link", "img", "iframe", "object", "embed", "base", "form"}
    names = {name for _, name, _ in read.attributes}
    assert not {name for name in names if name.startswith("on")} | (names & {"src", "style", "srcset"})
    policy = next(value for _, name, value in read.attributes if name == "content" and "default-src" in value)
    assert policy.startswith("default-src 'none'; ")
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{rule} 'sha256-{digest}'" in policy


def test_every_picture_has_a_text_and_its_numbers_in_a_table(html):
    read = Reader(html)
    pictures = html.count("<svg")
    hidden = sum(name == "aria-hidden" for _, name, _ in read.attributes)
    labels = [value for tag, name, value in read.attributes if tag == "svg" and name == "aria-label"]
    assert len(labels) + hidden == pictures
    assert all(len(label) > 10 for label in labels)
    for section in ("scores", "map", "where"):
        part = html[html.index(f'<h2 id="{section}"') :]
        part = part[: part.index("</section>")]
        assert "<details>" in part[part.index("<svg") :]
        assert "<table" in part[part.index("<details>") :]


def test_tables_say_which_cells_are_headings(html):
    for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
        head, body = table.split("</thead>")
        assert head.count('scope="col"') == head.count("<th ")
        assert body.count("<tr>") > 0
    assert html.count('<table class="sort">') >= 4


def test_it_names_nobody_unless_asked(marks):
    students = marks.submissions.students
    exam = replace(marks.exam, names={students[9]: "Ada Lovelace"})
    cohort = Cohort.of(replace(marks, exam=exam, verdicts=np.where(np.eye(60, 66) > 0, 5, marks.verdicts)))
    unnamed, named = page(cohort), page(cohort, named=True)
    assert [student for student in students if student in unnamed] == []
    assert "S001" in named
    assert "Ada Lovelace" not in unnamed
    assert f"{students[9]} (Ada Lovelace)" in named


def test_markup_in_a_title_a_name_an_id_or_an_answer_stays_text(marks):
    submissions = marks.submissions
    written = submissions.written.copy()
    written[:] = MARKUP
    names = {student: f"{MARKUP}{k}" for k, student in enumerate(submissions.students)}
    exam = replace(marks.exam, spec=replace(marks.exam.spec, title=MARKUP), names=names)
    strange = replace(
        marks,
        exam=exam,
        submissions=replace(submissions, students=tuple(f"{x}<i>" for x in submissions.students), written=written),
        verdicts=np.where(np.eye(60, 66) > 0, 5, marks.verdicts),
    )
    html = page(
        replace(Cohort.of(strange), names={f"{student}<i>": name for student, name in names.items()}), named=True
    )
    assert "<script>alert" not in html
    assert "<i>," not in html
    assert Reader(html).open == []
    text = Reader(html).text
    assert text.count(MARKUP) > 5
    assert "S001<i>" in text


def cohort_of(exam, count, change=lambda written: written):
    submissions = simulate(exam, max(count, 1), np.random.default_rng(1), {"rounding": 1}).submissions.take(
        range(count)
    )
    from grader.reading.submissions import Submissions

    written = change(submissions.written.copy())
    return Cohort.of(score(exam, Submissions.of(submissions.students, submissions.variants, exam.columns, written)))


def blank(written):
    written[:] = ""
    return written


@pytest.mark.parametrize(
    ("count", "change", "sentences"),
    [
        (0, lambda w: w, ["nobody has marks", "Nothing to test: nobody has marks"]),
        (1, lambda w: w, ["needs two students", "everybody had the same variant"]),
        (2, lambda w: w, ["all scores are equal", "No known misconception was found."]),
        (9, lambda w: w, ["all scores are equal", "9 of 9 reach the pass mark of 50 %"]),
        (9, blank, ["all scores are equal", "The mean is 0.0 of 66 marks (0 %)"]),
    ],
    ids=["nobody", "one student", "two students", "all right", "all blank"],
)
def test_a_class_without_spread_gets_sentences(exam, count, change, sentences):
    with np.errstate(all="raise"):
        text = " ".join(Reader(page(cohort_of(exam, count, change))).text.split())
    for sentence in sentences:
        assert sentence in text
    assert "nan" not in re.findall(r"\b\w+\b", text)


def test_where_every_answer_is_right_no_item_is_called_the_hardest(exam):
    html = page(cohort_of(exam, 9))
    assert html.count("Nothing was hard: every answer earned all its marks.") == 2
    assert "hardest" not in html
    assert "hardest" in page(cohort_of(exam, 9, blank))


@pytest.mark.parametrize(
    ("alone", "said"),
    [(1, "One student had a variant that nobody else had and is left out"), (3, "3 students had variants"), (0, "")],
)
def test_who_had_a_variant_alone_is_told_to_be_left_out_of_the_test(marks, alone, said):
    variants = np.array(["001", "002", "003"], object)[np.arange(60) % 3]
    variants[:alone] = [f"{k:03}" for k in range(11, 11 + alone)]
    text = " ".join(Reader(page(replace(Cohort.of(marks), exam=None, variants=variants))).text.split())
    assert text.count("left out of the test") == 2 * bool(alone)
    assert said in text


def test_where_few_shared_a_variant_it_does_not_say_that_each_had_another(exam, marks):
    for count, said in ((30, "Each student had another variant."), (31, "had a variant of their own; 2 shared one.")):
        assert said in page(Cohort.of(score(exam, marks.submissions.take(range(count)))))


def test_without_the_exam_it_says_so(marks):
    cohort = Cohort.of(marks)
    own = np.array([f"{k:03}" for k in range(60)], object)
    text = Reader(page(replace(cohort, exam=None, variants=own))).text
    assert "The exam is not at hand" in text
    assert "Nothing to test: the exam is not at hand" in text


def test_a_mistake_is_told_in_the_exams_notation_and_that_only_once():
    notation = {"output": "y-hat", "target": "t", "weights": "target-first"}
    exam = make_exam(spec_of({"notation": notation, "questions": [{"network": "tanh-heads"}]}), 1, 1)
    cohort = Cohort.of(score(exam, simulate(exam, 1, np.random.default_rng(1)).submissions))
    formulas = Formulas(cohort, "en")
    letters = re.findall(r"<mi>(\w+)</mi>", formulas.mistake("target-minus-output"))
    assert letters == ["y", "t", "t", "y"]
    assert "".join(re.findall(r"<mi>(\w+)</mi>", formulas.mistake("transposed-weight"))[:3]) == "wji"


def test_it_speaks_the_exams_language_and_its_notation():
    spec = spec_of({"language": "de", "notation": {"loss": "E"}, "questions": [{"network": "tanh-heads"}]})
    exam = make_exam(spec, 10, 1)
    html = page(Cohort.of(score(exam, simulate(exam, 40, np.random.default_rng(1)).submissions)))
    text = Reader(html).text
    assert '<html lang="de">' in html
    assert "War es gerecht?" in text
    assert re.search(r"\d,\d", text)
    assert "<mi>E</mi>" in html
    english = {"Facility", "Scores", "students", "Forward", "Gradients", "wrong", "blank"}
    assert not english & set(re.findall(r"\w+", text))


def test_every_kind_of_network_is_drawn():
    layers = [
        {"units": 3, "activation": "relu"},
        {"units": 7, "activation": "tanh"},
        {"units": 2, "activation": "softmax"},
    ]
    ask = ["all", "da*", "dz*", "dx*"]
    question = {"network": {"inputs": 2, "layers": layers}, "loss": "categorical-cross-entropy", "ask": ask}
    exam = make_exam(spec_of({"questions": [question], "certify": {"tolerance": 1, "misconceptions": False}}), 3, 1)
    html = page(Cohort.of(score(exam, simulate(exam, 12, np.random.default_rng(1)).submissions)))
    assert html.count('<svg class="map"') == 3
    assert Reader(html).open == []


def test_it_is_small(marks):
    exam = make_exam({}, 100, 1)
    html = page(Cohort.of(score(exam, simulate(exam, 2000, np.random.default_rng(1)).submissions)))
    assert len(html.encode()) <= 600_000


def test_counts_of_misconceptions_are_those_of_the_truth():
    exam = make_exam({}, 300, 1)
    for seed in range(2):
        class_ = simulate(exam, 300, np.random.default_rng(seed), {"misconception": 7, "rounding": 3})
        truth: dict[str, int] = {}
        for one in class_.truth:
            for name in one.misconceptions:
                truth[name] = truth.get(name, 0) + 1
        html = page(Cohort.of(score(exam, class_.submissions)))
        rows = re.findall(r'<th scope="row"><code>([\w-]+)</code></th><td>(\d+)</td>', html)
        found = {name: int(count) for name, count in rows}
        assert sum(truth.values()) == 210
        off = sum(abs(truth.get(name, 0) - found.get(name, 0)) for name in {*truth, *found})
        assert off <= 0.05 * sum(truth.values())
        assert abs(sum(found.values()) - sum(truth.values())) <= 0.05 * sum(truth.values())


def test_words_of_ones_own_go_before_the_programs(marks, tmp_path):
    words = (TEMPLATES / "report_words.txt").read_text("utf-8")
    (tmp_path / "report_words.txt").write_text(words.replace('"scores": "Scores"', '"scores": "Our scores"'), "utf-8")
    assert '<h2 id="scores">Our scores</h2>' in page(Cohort.of(marks), templates=tmp_path)


def test_every_language_says_all_of_it():
    def said(text: str) -> tuple[list[str], set[str]]:
        """The macros with their arguments, and the keys of their lists."""
        return re.findall(r"<% macro (\w+\([^)]*\))", text), set(re.findall(r'"([\w ]+)": "', text))

    english = said((TEMPLATES / "report_words.txt").read_text("utf-8"))
    others = [path / "report_words.txt" for path in TEMPLATES.iterdir() if path.is_dir()]
    assert others
    for path in others:
        assert said(path.read_text("utf-8")) == english


def test_every_condition_and_verdict_has_words():
    words = (TEMPLATES / "report_words.txt").read_text("utf-8")
    for name in (*CONDITIONS, *VERDICTS, *Undefined, *PARTS, AFTER):
        assert f'"{name}": "' in words, name


def test_an_example_ends_where_its_line_does(html):
    articles = re.findall(r'<article class="lesson">.*?</article>', html, re.DOTALL)
    assert len(articles) == 6
    for article in articles:
        right = re.search(r"right is (\S+?):", article)[1]
        line = re.findall(r"<math displaystyle.*?</math>", article)[-1]
        assert re.sub("<[^>]*>", "", line).endswith(right)


@pytest.mark.parametrize(
    ("language", "one", "more"),
    [
        ("en", "1 student, 1 cell, 1 mark", "2 students, 3 cells, 1.5 marks"),
        ("de", "1 Person, 1 Antwort, 1 Punkt", "2 Studierende, 3 Antworten, 1.5 Punkte"),
    ],
)
def test_one_of_a_thing_is_told_as_one(language, one, more):
    assert macro("report_words.txt", "cost", 1, 1, "1", language=language) == one
    assert macro("report_words.txt", "cost", 2, 3, "1.5", language=language) == more
