r"""Question banks, read by a reader of the test's own that follows Moodle's importer (question/format/xml)."""

import re
from base64 import b64decode
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from qgen.decimals import plain
from qgen.engine.symbols import latex_name
from qgen.errors import InputError
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.export.moodle_xml import WIDTH, moodle_steps, moodle_xml, write_moodle_xml
from qgen.papers.words import TEMPLATES

AWKWARD = {
    "title": "Mid/term <&>\x01 ]]> Ünits",
    "instructions": "{1:NUMERICAL:=3}\x02 <script>x</script> ]]> &amp; \\(x\\)",
    "marking": {"imprecise": 0.37},
    "questions": [
        {"network": "tanh-heads", "marks": {"forward": 0.5, "loss": 1.25, "gradient": 2, "update": 1}},
        {"network": "tanh-heads", "loss": "squared-error", "iterations": 2},
    ],
    "rounding": "5dp",
}
NUMBER = r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
FIELD = re.compile(r"\{(\d*):(NUMERICAL|NM):((?:[^}\\]|\\.)*)\}")


@pytest.fixture(scope="module")
def exam():
    return make_exam(spec_of({}), 3, 5)


@pytest.fixture(scope="module")
def awkward():
    return make_exam(spec_of(AWKWARD), 2, 6)


@pytest.fixture(scope="module", params=["exam", "awkward"])
def each(request):
    return request.getfixturevalue(request.param)


def bank(exam, **options):
    return ElementTree.fromstring(b"".join(moodle_xml(exam, **options)))


def cloze_fields(html):
    """Weight and answers (percent, centre, half, feedback) of every field, in order; faults raise as Moodle does."""
    fields = []
    for weight, _, inside in FIELD.findall(html):
        answers = []
        for part in re.split(r"(?<!\\)~", inside):
            found = re.fullmatch(rf"(=|%(-?\d+)%)({NUMBER})(?::({NUMBER}))?(?:#((?:[^\\#}}~]|\\.)*))?", part)
            assert found, part
            grade = 100 if found[1] == "=" else int(found[2])
            answers.append((grade, Decimal(found[3]), abs(Decimal(found[4] or 0)), found[5] or ""))
        assert any(grade == 100 for grade, *_ in answers)
        fields.append((int(weight or 1), answers))
    return fields


def grade_of(typed, answers):
    """Moodle's: the first answer whose padded interval holds the number."""
    x = float(typed)
    for grade, centre, half, *_ in answers:
        tolerance = float(half) + 1e-14 * max(1, abs(float(centre)))
        if float(centre) - tolerance <= x <= float(centre) + tolerance:
            return grade
    return 0


def accepted(exam, question, variant):
    rows = [i for i, item in enumerate(exam.items) if item.id.startswith(question + "_")]
    return [(exam.items[i], Decimal(plain(exam.low[i, variant])), Decimal(plain(exam.high[i, variant]))) for i in rows]


def check(exam, item, low, high, answers):
    """That the full marks go to low..high as decimals, and to no step outside of it; the key is shown as right."""
    (first, key, exactly, _), (second, centre, half, _) = answers
    assert first == second == 100
    assert exactly == 0
    assert low <= key <= high, item
    assert (centre - half, centre + half) == (low, high)
    step = Decimal("1e-9")
    assert grade_of(low, answers) == grade_of(high, answers) == 100, item
    assert grade_of(low - step, answers) == 0 == grade_of(high + step, answers), item
    assert -key.as_tuple().exponent == exam.spec.rounding.digits or exam.spec.rounding.kind == "sf"


def test_every_cloze_field_accepts_exactly_the_range_of_the_key(each):
    questions = [q for q in bank(each) if q.get("type") == "multianswer"]
    assert len(questions) == len(each.variants) * len(each.spec.questions)
    for question in questions:
        name, _, number = question.findtext("name/text").partition(" v")
        fields = cloze_fields(question.findtext("questiontext/text"))
        expected = accepted(each, name, each.variants.index(number))
        assert len(fields) == len(expected)
        for (item, low, high), (_, answers) in zip(expected, fields, strict=True):
            check(each, item.id, low, high, answers)


def test_every_separate_question_accepts_exactly_the_range_of_the_key(each):
    questions = [q for q in bank(each, separate=True) if q.get("type") == "numerical"]
    assert len(questions) == len(each.variants) * len(each.items)
    seen = set()
    for question in questions:
        number, _, item = question.findtext("name/text").removeprefix("v").partition(" ")
        i, v = each.columns.index(item), each.variants.index(number)
        answers = []
        for answer in question.iter("answer"):
            assert answer.get("fraction") == "100"
            value, tolerance = answer.findtext("text"), answer.findtext("tolerance")
            assert value.isascii()
            assert tolerance.isascii()
            assert float(tolerance) >= 0
            answers.append((float(answer.get("fraction")), Decimal(value), Decimal(tolerance), ""))
        check(each, item, Decimal(plain(each.low[i, v])), Decimal(plain(each.high[i, v])), answers)
        assert Decimal(question.findtext("defaultgrade")) == Decimal(str(each.items[i].marks))
        seen.add((item, number))
    assert len(seen) == len(questions)


def test_there_is_one_category_per_question_before_its_questions_below_the_courses_top(each):
    for separate in (False, True):
        kinds = [q.get("type") for q in bank(each, separate=separate)]
        assert kinds.count("category") == len(each.spec.questions)
        assert kinds[0] == "category"
    names = [q.findtext("category/text") for q in bank(each) if q.get("type") == "category"]
    assert names[0].startswith("$course$/top/")
    assert len(set(names)) == len(names)


def test_a_slash_in_the_title_makes_no_category_of_its_own(awkward):
    name = bank(awkward).findtext("question/category/text")
    assert name == f"$course$/top/Mid//term <&> ]]> Ünits ({awkward.checksum[:8]})/Question 1"


def test_names_and_idnumbers_are_unique_short_and_ascii(each):
    for separate in (False, True):
        questions = [q for q in bank(each, separate=separate) if q.get("type") != "category"]
        for tag, most in (("name/text", 255), ("idnumber", 100)):
            texts = [q.findtext(tag) for q in questions]
            assert len(set(texts)) == len(texts)
            assert all(0 < len(text) <= most and text.isascii() for text in texts)


def test_two_exams_of_one_title_share_no_category(exam):
    other = make_exam(spec_of({}), 1, 6)
    one, two = ({q.findtext("category/text") for q in bank(e) if q.get("type") == "category"} for e in (exam, other))
    assert len(one) == len(two) == 2
    assert not one & two


def test_two_exams_share_no_idnumber(exam, awkward):
    one, two = ({q.findtext("idnumber") for q in bank(e) if q.find("idnumber") is not None} for e in (exam, awkward))
    assert not one & two


def test_fractional_marks_become_whole_weights_in_proportion(awkward):
    question = next(q for q in bank(awkward) if q.get("type") == "multianswer")
    weights = [weight for weight, _ in cloze_fields(question.findtext("questiontext/text"))]
    marks = [item.marks for item in awkward.spec.questions[0].question.items]
    assert [w / 4 for w in weights] == marks


def test_questions_weigh_in_moodle_what_they_weigh_on_paper():
    quarters = {"forward": 0.5, "loss": 0.25, "gradient": 1.5}
    mixed = make_exam(spec_of({"questions": [{"marks": quarters}, {"network": "tanh-heads"}]}), 1, 8)
    found = [sum(w for w, _ in cloze_fields(q.findtext("questiontext/text"))) for q in bank(mixed)
             if q.get("type") == "multianswer"]  # fmt: skip
    assert found == [4 * sum(item.marks for item in q.question.items) for q in mixed.spec.questions]


def test_every_box_is_equally_wide_whatever_the_sign_and_the_size(each):
    for question in (q for q in bank(each) if q.get("type") == "multianswer"):
        for _, _, inside in FIELD.findall(question.findtext("questiontext/text")):
            texts = [re.split("[:#]", part.lstrip("=").removeprefix("%100%"))[0] for part in inside.split("~")]
            assert max(map(len, texts)) == WIDTH


def test_what_people_wrote_is_text_and_no_field(awkward):
    for separate in (False, True):
        for question in bank(awkward, separate=separate):
            html = question.findtext("questiontext/text") or ""
            if html:
                assert "<script" not in html
                assert "&lt;script&gt;" in html
                assert "&#123;1:NUMERICAL:=3}" in html


def test_every_question_shows_its_tag_the_network_the_givens_and_how_to_type_numbers(each):
    for separate in (False, True):
        for question in bank(each, separate=separate):
            if question.get("type") == "category":
                continue
            html = question.findtext("questiontext/text")
            assert re.match(rf"<p>\[q\d+[\w.]* v\d{{3}} {each.checksum[:8]}\]</p>", html)
            (file,) = question.findall("questiontext/file")
            assert b64decode(file.text).startswith(b"<svg")
            assert html.count(f'<img src="@@PLUGINFILE@@/{file.get("name")}" alt="') == 1
            assert "<svg" not in html
            assert r"\(\alpha = " in html
            assert "decimal comma" in html
            batch = each.batches[int(html[5]) - 1]
            first = batch.question.givens[0]
            number = re.search(r" v(\d+) ", html)[1]
            value = plain(batch.givens[first][each.variants.index(number)])
            assert rf"\({latex_name(first)} = {value}\)" in html


def test_general_feedback_works_every_item_out(each):
    whole = [q.findtext("generalfeedback/text") for q in bank(each) if q.get("type") == "multianswer"]
    for html, spec in zip(whole, [s for s in each.spec.questions for _ in each.variants], strict=True):
        assert html.count(r"\(") == html.count(r"\)") >= 2 * len(spec.question.items)
    for question in bank(each, separate=True):
        if question.get("type") == "numerical":
            html = question.findtext("generalfeedback/text")
            assert html.count("<div") == html.count("</div>") >= 2
            assert "Accepted: " in html


def test_the_steps_name_the_category_the_marks_of_every_question_and_how_many_variants_there_are(exam):
    steps = "\n".join(moodle_steps(exam, separate=False))
    category = bank(exam).findtext("question/category/text").removeprefix("$course$/top/").removesuffix("/Question 1")
    assert f'"{category}"' in steps
    assert "45 for q1 and 21 for q2" in steps
    assert "3 variants" in steps
    assert "by hand" in "\n".join(moodle_steps(exam, separate=True))


def test_one_accepted_number_is_said_once(exam):
    texts = [q.findtext("generalfeedback/text") for q in bank(exam) if q.get("type") == "multianswer"]
    assert not any(re.search(r" (-?\d[\d.]*) to \1\b(?![\d.])", text) for text in texts)
    assert any(re.search(r"\) only -?\d", text) for text in texts)


def test_nothing_in_the_file_tells_the_seed_or_a_name():
    seed = 987654321123
    exam = make_exam(spec_of({}), 1, seed, students={"S1": "Ada Lovelace"})
    for separate in (False, True):
        data = b"".join(moodle_xml(exam, separate=separate))
        assert str(seed).encode() not in data
        assert b"Lovelace" not in data


def test_the_file_is_written_whole_and_nothing_is_overwritten(exam, tmp_path):
    target = tmp_path / "bank.xml"
    assert write_moodle_xml(exam, target) == 6
    assert target.read_bytes() == b"".join(moodle_xml(exam))
    assert [p.name for p in tmp_path.iterdir()] == ["bank.xml"]
    with pytest.raises(InputError, match=r"bank\.xml: exists"):
        write_moodle_xml(exam, target)
    assert write_moodle_xml(exam, target, separate=True, force=True) == 3 * len(exam.items)
    with pytest.raises(InputError, match="is a folder"):
        write_moodle_xml(exam, tmp_path, force=True)


def test_words_of_ones_own_may_end_a_cdata_section_and_keep_their_place(exam, tmp_path):
    words = (TEMPLATES / "lms_words.txt").read_text("utf-8").replace("Type numbers", "]]> & <b>Tippe</b>")
    (tmp_path / "lms_words.txt").write_text(words, "utf-8")
    texts = [q.findtext("questiontext/text") for q in bank(exam, templates=tmp_path) if q.get("type") != "category"]
    assert all("<p>]]> & <b>Tippe</b> such as" in text for text in texts)


def test_a_german_exam_asks_in_german():
    exam = make_exam(spec_of({"language": "de", "questions": [{"network": "tanh-heads"}]}), 1, 1)
    (question,) = (q for q in bank(exam) if q.get("type") == "multianswer")
    html = question.findtext("questiontext/text")
    assert "Gegeben:" in html
    assert "Given" not in html
    assert "Richtig ist:" in question.findtext("generalfeedback/text")


def test_templates_of_ones_own_are_told_the_same_numbers_as_the_programs(tmp_path):
    for name in ("lms.txt", "moodle.txt"):
        (tmp_path / name).write_text((TEMPLATES / name).read_text("utf-8"), "utf-8")
    german = make_exam(spec_of({"language": "de", "questions": [{"network": "tanh-heads"}]}), 2, 1)
    assert b"".join(moodle_xml(german, templates=tmp_path)) == b"".join(moodle_xml(german))


def test_a_question_explains_its_own_notation_and_batch():
    network = {"inputs": 1, "layers": [{"units": 1, "activation": "tanh"}, {"units": 1, "activation": "identity"}]}
    table = {"network": network, "loss": "squared-error", "batch": 2, "ask": ["dz*", "loss"]}
    spec = spec_of({"questions": [table], "notation": {"layers": "[l]", "weights": "matrix"}})
    text = b"".join(moodle_xml(make_exam(spec, 1, 1))).decode()
    assert r"There are <strong>2 examples</strong> in a batch; what carries an upper \((2)\) belongs" in text
    assert "is of the loss of its own example" in text
    assert r"A weight \(W_{ji}\) leads from unit \(i\) to unit \(j\); an upper index in brackets is the layer" in text
    assert "logarithm" not in text


def test_a_question_says_what_sigma_is(exam):
    text = b"".join(moodle_xml(exam)).decode()
    assert r"\(\sigma(z) = \frac{1}{1 + e^{-z}}\)" in text
