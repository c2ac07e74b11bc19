"""Templates: any can be overridden, none can do harm, every fault names file and line, and German says it all."""

import re

import pytest
from jinja2 import Environment

from grader.reading.numerals import read
from grader.reasons import UNDEFINED, Reason
from qgen.engine.activations import ACTIVATIONS
from qgen.engine.losses import LOSSES
from qgen.engine.misconceptions import CATALOGUE
from qgen.errors import InputError
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.export.moodle_xml import write_moodle_xml
from qgen.papers import words
from qgen.papers.papers import Papers
from qgen.papers.words import TEMPLATES, copy_templates, environment, macro, render
from qgen.typeset.markup.blocks import parse


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.txt").write_text(text, "utf-8")
        return tmp_path

    return write


def test_a_folder_overrides_one_template_and_leaves_the_others(folder):
    mine = folder(words="<% macro page() %>p. {page}<% endmacro %>")
    assert macro("words.txt", "page", folder=mine) == "p. {page}"
    assert macro("words.txt", "page") == "page {page} of {pages}"
    own = folder(paper="x")
    assert render("paper.txt", {}, own) == "x"
    assert "@boxes" in (TEMPLATES / "paper.txt").read_text("utf-8")


def test_a_syntax_error_names_file_and_line(folder):
    mine = folder(paper="one\n<% if x %>\n")
    with pytest.raises(InputError) as caught:
        render("paper.txt", {}, mine)
    assert str(caught.value).startswith(f"{mine / 'paper.txt'}:2: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\n<< nobody >>", "'nobody' is undefined"),
        ("a\n<< title.nothing >>", "'str object' has no attribute 'nothing'"),
        ("a\n<< ''.__class__.__mro__ >>", "access to attribute '__class__' of 'str' object is unsafe."),
        ("a\n<< title.format.__globals__ >>", "access to attribute '__globals__' of"),
        ("a\n<< 1 / 0 >>", "ZeroDivisionError: division by zero"),
        ("a\n<< range(10000000) >>", "OverflowError: Range too big"),
        ("a\n<< title|nofilter >>", "No filter named 'nofilter'"),
    ],
)
def test_what_goes_wrong_while_rendering_names_file_and_line_also_in_an_imported_macro(folder, text, message):
    mine = folder(paper=text)
    with pytest.raises(InputError) as caught:
        render("paper.txt", {"title": "t"}, mine)
    assert str(caught.value).startswith(f"{mine / 'paper.txt'}:2: {message}")
    mine = folder(
        words=f"<% macro bad(title) %>\n{text.partition(chr(10))[2]}<% endmacro %>",
        paper="<% import 'words.txt' as words %>\n\n<< words.bad('t') >>",
    )
    with pytest.raises(InputError) as caught:
        render("paper.txt", {"title": "t"}, mine)
    assert str(caught.value).startswith(f"{mine / 'words.txt'}:2: {message}")
    with pytest.raises(InputError, match=r"words\.txt:2: "):
        macro("words.txt", "bad", "t", folder=mine)


def test_a_macro_that_the_words_do_not_have_is_named(folder):
    text = (TEMPLATES / "paper.txt").read_text("utf-8").replace("how_to_write(", "how_to_writ(")
    mine = folder(paper=text)
    said = 'there is no macro "how_to_writ" in what this template imports; if your copy is older, take it from the'
    with pytest.raises(InputError, match=rf"{mine / 'paper.txt'}:\d+: {said}"):
        Papers(make_exam(spec_of({}), 1, 1), mine).question_paper(0)


@pytest.mark.parametrize(("line", "fault"), [("@foo", "no command @foo"), (r"$$ \frac{x $$", r"\\frac{x")])
def test_a_fault_of_the_markup_tells_whose_it_is(folder, line, fault):
    mine = folder(paper=f"# Title\n\n{line}\n")
    with pytest.raises(InputError, match=rf"{mine / 'paper.txt'}:3: .*{fault}"):
        Papers(make_exam(spec_of({}), 1, 1), mine).question_paper(0)


def test_a_template_that_includes_itself_is_an_error_and_no_traceback(folder):
    mine = folder(paper="<% include 'paper.txt' %>")
    with pytest.raises(InputError, match=r"paper\.txt:1: RecursionError"):
        render("paper.txt", {}, mine)


def test_a_template_in_another_encoding_is_an_error_and_no_traceback(tmp_path):
    (tmp_path / "paper.txt").write_bytes("Prüfung".encode("latin-1"))
    with pytest.raises(InputError, match=r"paper\.txt: UnicodeDecodeError"):
        render("paper.txt", {}, tmp_path)


def test_a_missing_macro_names_the_file_and_what_to_do(folder):
    mine = folder(words="nothing")
    with pytest.raises(InputError) as caught:
        macro("words.txt", "page", folder=mine)
    assert str(caught.value) == f'{mine / "words.txt"}: has no macro "page"; take it from the program\'s words.txt'


def test_a_folder_that_overrides_nothing_is_a_mistake(tmp_path):
    (tmp_path / "papers.txt").write_text("x")
    with pytest.raises(InputError, match=r'papers.txt: did you mean "paper.txt"\?'):
        render("paper.txt", {}, tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        render("paper.txt", {}, tmp_path / "nowhere")


def test_a_language_needs_templates(folder):
    with pytest.raises(InputError, match=r'language "dee": no templates speak it; .*; did you mean "de"\?'):
        macro("words.txt", "page", language="dee")
    mine = folder(words="<% macro page() %>page {page} sur {pages}<% endmacro %>")
    assert macro("words.txt", "page", folder=mine, language="fr") == "page {page} sur {pages}"
    with pytest.raises(InputError) as caught:
        spec_of({"language": "Deutsch"})
    assert 'language: "Deutsch" is no language; write "en", "de"' in str(caught.value)


def macros(path):
    return re.findall(r"<% macro (\w+\([^)]*\)) %>", path.read_text("utf-8"))


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*/*.txt")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_language_says_all_that_english_says(path):
    assert set(macros(TEMPLATES / path.name)) <= set(macros(path))


LANGUAGES = ["en", *sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir())]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("names", "word"), [(ACTIVATIONS, "activation"), (LOSSES, "loss")])
def test_every_activation_and_loss_has_a_word_of_its_own_in_every_language(names, word, language):
    assert len({macro("words.txt", word, name, language=language) for name in names}) == len(names)
    with pytest.raises(InputError):
        macro("words.txt", word, "nobody-wrote-a-word-for-this", language=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mistake_has_a_short_name_and_a_sentence_in_every_language(language):
    folder = TEMPLATES if language == "en" else TEMPLATES / language
    written = re.findall(r'^    "([a-z-]+)": \("', (folder / "misconceptions.txt").read_text("utf-8"), re.MULTILINE)
    assert written == [mistake.name for mistake in CATALOGUE]
    for mistake in CATALOGUE:
        short, sentence = (
            macro("misconceptions.txt", form, mistake.name, language=language) for form in ("short", "sentence")
        )
        assert 0 < len(re.sub(r"\\[a-z]+|[$\\,{}]", "", short)) <= 24
        assert sentence.endswith(".")
        assert sentence.count("$") % 2 == 0


@pytest.mark.parametrize("kind", ["P", "S", "K"])
def test_formulas_mark_updated_parameters_in_the_paper_s_language(kind, folder):
    german = Papers(make_exam(spec_of({"language": "de"}), 1, 1)).markup(0, kind=kind)
    assert r"w_{11}^{(1)\,\text{neu}}" in german
    assert "new}" not in german
    english = make_exam(spec_of({}), 1, 1)
    mine = folder(symbols=(TEMPLATES / "symbols.txt").read_text("utf-8").replace(">new<", ">after<"))
    assert Papers(english, mine).markup(0, kind=kind) == Papers(english).markup(0, kind=kind).replace(
        r"\text{new}", r"\text{after}"
    )


def test_question_banks_mark_updated_parameters_in_their_language(tmp_path):
    exam = make_exam(spec_of({"language": "de"}), 1, 1)
    write_moodle_xml(exam, tmp_path / "moodle.xml")
    questions = (tmp_path / "moodle.xml").read_text("utf-8")
    assert r"\text{neu}" in questions
    assert r"\text{new}" not in questions


def test_words_from_before_there_was_a_word_for_updated_parameters_leave_it_english(folder):
    mine = folder(paper="$<< name >>$", words="<% macro page() %>{page}<% endmacro %>")
    assert render("paper.txt", {"name": r"b^{\,\text{new}}"}, mine) == r"$b^{\,\text{new}}$"


@pytest.mark.parametrize(
    ("language", "one", "several"), [("en", "only −0.5", "−1 to 2"), ("de", "nur −0.5", "−1 bis 2")]
)
def test_a_range_of_one_number_is_told_as_one(language, one, several):
    assert macro("words.txt", "accepted", "-0.5", "-0.5", language=language) == one
    assert macro("words.txt", "accepted", "-1", "2", language=language) == several


def test_the_language_sets_the_default_title():
    assert spec_of({"language": "de"}).title == "Backpropagation von Hand"
    assert spec_of({}).title == "Backpropagation by hand"
    assert spec_of({"language": "de", "title": "Klausur"}).title == "Klausur"


@pytest.mark.parametrize("language", ["en", "de"])
def test_feedback_prints_in_every_language_with_or_without_a_note(language):
    item = {
        "inline": "z_1",
        "answer": "a*b",
        "low": "-1",
        "high": "2",
        "value": "0",
        "verdict": "unreadable",
        "marks": "0",
        "max_marks": "1",
        "lines": ["z_1 = 0"],
        "kind": "",
        "reason": "",
        "misconceptions": (),
        "why": False,
        "same": [],
        "decision": "",
        "picture": "",
        "unread": False,
    }
    named = {
        **item,
        "verdict": "wrong",
        "kind": "misconception",
        "reason": r"2 \* error",
        "why": True,
        "same": [{"name": "z_2", "iteration": 2}],
    }
    blank = {**item, "answer": ""}
    decided = {**named, "decision": r"decided: good \* idea"}
    context = {
        "title": "T",
        "variant": "001",
        "student": "S",
        "full_name": "",
        "score": "0",
        "max_score": "3",
        "percent": "0",
        "dropped": [{"question": 1, "id": "q1", "iteration": 1, "names": ["z_4"]}],
        "followed": [{"question": 1, "id": "q1", "iteration": 2, "names": ["z_3"]}],
        "share": "50",
        "without": ["update"],
        "seen": [],
    }
    context |= {"layers": [{"question": "1", "name": "output", "score": "0", "max_score": "3"}]}
    tasks = [{"question": 1, "number": number, "score": "2" * (number > 1), "max_score": "3"} for number in (1, 2)]
    context |= {"tasks": tasks, "unmarked": 1}
    group = {
        "id": "q1",
        "question": 1,
        "iteration": 2,
        "lost": [item, named, decided],
        "more": [item],
        "blank": [blank],
    }
    markup = render("feedback.txt", {**context, "groups": [group], "all_right": False}, None, language)
    words = " ".join(span.text for block in parse(markup) for span in spans(block))
    assert "a*b" in words
    assert "2 * error" in words
    assert "Decided: good * idea" in words


def spans(node):
    """All text in a tree of blocks."""
    if hasattr(node, "face"):
        return [node]
    children = (
        node if isinstance(node, tuple | list) else [getattr(node, n) for n in getattr(type(node), "__slots__", ())]
    )
    return [span for child in children for span in spans(child)]


@pytest.mark.parametrize(
    ("added", "line", "told"),
    [
        ("@tabel\n", 1, '"@tabel": there is no command @tabel; did you mean "table"'),
        ("a\n\n@table\nx | y\nx | $\\foo$\n@end\n", 5, 'formula "\\foo"'),
        ("<% for k in (1,\n 2) %>\n@diagram q9\n<% endfor %>\n", 3, "@diagram q9: there is no such drawing"),
        ("<# one\ntwo #>\n<% if 1 %>**x<% endif %>\n\n", 3, "** is never closed"),
    ],
)
def test_markup_that_is_wrong_is_told_with_the_line_of_the_template(folder, added, line, told):
    source = (TEMPLATES / "paper.txt").read_text("utf-8")
    mine = folder(paper=source + added)
    papers = Papers(make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 1, 1), mine)
    with pytest.raises(InputError) as error:
        papers.question_paper(0)
    assert str(error.value).startswith(f"{mine / 'paper.txt'}:{source.count(chr(10)) + line}: "), str(error.value)
    assert told in str(error.value)


def test_words_that_are_wrong_markup_are_told_with_their_line(folder):
    source = (TEMPLATES / "words.txt").read_text("utf-8")
    mine = folder(words=source.replace("Write one number", "Write **one number"))
    line = 1 + source[: source.index("Write one number")].count("\n")
    with pytest.raises(InputError, match=rf"paper.txt:\d+, or .*words.txt:{line}: .*bold and italic do not nest"):
        Papers(make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 1, 1), mine).question_paper(0)


def test_copied_templates_say_what_the_program_says_and_replace_nothing(tmp_path):
    for language in ("en", "de"):
        folder = tmp_path / language
        names = copy_templates(folder, language)
        assert {"words.txt", "paper.txt", "key.txt", "door.txt"} <= set(names)
        exam = make_exam(spec_of({"language": language}), 1, 1)
        assert Papers(exam, folder).markup(0) == Papers(exam).markup(0)
    (folder / "words.txt").write_text("mine")
    (folder / "paper.txt").unlink()
    with pytest.raises(InputError, match=r"words\.txt: exists; choose another folder, or replace it with --force"):
        copy_templates(folder, "de")
    assert (folder / "words.txt").read_text() == "mine"
    assert not (folder / "paper.txt").exists()
    copy_templates(folder, "de", force=True)
    assert "Nebenrechnungen" in (folder / "words.txt").read_text("utf-8")


@pytest.fixture
def compiled(tmp_path, monkeypatch):
    """Where templates are kept, compiled."""
    monkeypatch.setattr(words, "cache_from_source", lambda path: str(tmp_path / "compiled" / "words.pyc"))
    monkeypatch.setattr(words.sys, "dont_write_bytecode", False)
    return tmp_path / "compiled"


def anew(*options):
    return environment.__wrapped__(*options)


def test_a_template_is_compiled_once_for_text_and_once_for_html_and_none_of_a_users_is_kept(
    compiled, folder, monkeypatch
):
    compiled.mkdir()
    for html in (False, True):
        anew(None, "en", html).get_template("lms.txt")
    assert sorted(path.suffix for path in compiled.iterdir()) == [".html", ".text"]
    assert anew(folder(lms="Own")).get_template("lms.txt").render() == "Own"
    assert len(list(compiled.iterdir())) == 2
    monkeypatch.setattr(Environment, "_compile", lambda *_: pytest.fail("compiled again"))
    anew().get_template("lms.txt")


def test_where_nothing_may_be_written_templates_are_compiled_each_time(compiled):
    assert not compiled.exists()
    assert anew().get_template("lms.txt")
    assert not compiled.exists()


@pytest.mark.parametrize(("language", "word"), [("en", "undefined"), ("de", "nicht definiert")])
def test_a_paper_with_logarithms_says_which_word_may_stand_for_a_number_but_not_into_cells(language, word):
    said = [
        macro("words.txt", "how_to_write", "source-first", "(l)", False, *logarithm_and_combs, language=language)
        for logarithm_and_combs in [(True, False), (False, False), (True, True)]
    ]
    assert [f"*{word}*" in text for text in said] == [True, False, False]
    assert read(word).reason == Reason(UNDEFINED)
