"""The exam folder: whole or not at all, the same bytes every time, and no paper that tells an answer."""

import csv
import re
import zlib
from shutil import rmtree

import pypdf
import pytest
from viewers import faults
from viewers import text as shown

from qgen.day.printing import file_names
from qgen.decimals import plain
from qgen.errors import InputError
from qgen.exam.exam import make_exam, read_exam
from qgen.exam.spec import spec_of
from qgen.make import make, preview, resume
from qgen.papers.words import TEMPLATES

SEED = 314159265358979


@pytest.fixture(scope="module")
def spec():
    return spec_of({})


@pytest.fixture(scope="module")
def small():
    """Of one question, where it does not matter what is printed besides."""
    return spec_of({"questions": [{"network": "tanh-heads"}]})


@pytest.fixture(scope="module")
def made(spec, tmp_path_factory):
    students = {"S07": "Zoë Ångström", "s07": 'Bob "B" $x$ | *y* @end # z', "../x": "=cmd|' /C calc'!A0"}
    return make(spec, 4, tmp_path_factory.mktemp("made") / "exam", seed=SEED, students=students, booklet=True)


def content(data):
    """Everything a paper holds: its bytes, and every stream unpacked."""
    parts = [data]
    for match in re.finditer(rb"stream\r?\n", data):
        try:
            parts.append(zlib.decompressobj().decompress(data[match.end() :]))
        except zlib.error:
            continue
    return b"\n".join(parts)


def numerals(text):
    return set(re.findall(r"\d+\.\d+", text))


def test_no_answer_and_no_seed_can_be_found_in_a_paper(made):
    exam = made.exam
    for variant, name in enumerate(file_names(exam)):
        path = made.folder / "papers" / name
        everything = content(path.read_bytes()).decode("latin-1")
        text = shown(path)
        assert len(everything) > 20_000
        assert str(SEED) not in everything + text
        givens = {plain(float(v[variant])).lstrip("-") for batch in exam.batches for v in batch.givens.values()}
        answers = {exam.spec.rounding.text(float(value)).lstrip("-") for value in exam.value[:, variant]}
        told = {answer for answer in answers if len(answer.replace(".", "").lstrip("0")) >= 4} - givens
        assert len(told) > 10
        # letter by letter as printed: glyphs that show digits have the codes of these digits
        assert told & (numerals(everything) | numerals(text)) == set()


def test_a_solution_does_show_the_answers_so_that_the_search_above_would_find_them(made):
    exam = made.exam
    for variant, name in enumerate(file_names(exam)):
        text = shown(made.folder / "solutions" / name)
        answers = {exam.spec.rounding.text(float(value)).lstrip("-") for value in exam.value[:, variant]}
        # a few differ in the last digit: a solution goes on with rounded numbers, as a student does
        assert len(answers - numerals(text)) <= 0.15 * len(answers)


def test_a_paper_says_the_givens_and_the_labels_readably(made):
    exam = made.exam
    text = shown(made.folder / "papers" / file_names(exam)[0])
    for batch in exam.batches:
        for value in batch.givens.values():
            assert plain(float(value[0])).lstrip("-") in text
    for words in (
        "Given",
        "Forward pass",
        "Gradients",
        "Updated parameters",
        "Hidden layer 1",
        "Question 2",
        "66 marks",
    ):
        assert words in text
    assert "Variant 001" in text


def test_each_paper_carries_its_students_name_as_it_is_written(made):
    exam = made.exam
    for name, student in zip(file_names(exam), exam.names, strict=False):
        for folder in ("papers", "solutions"):
            text = shown(made.folder / folder / name)
            assert exam.names[student] in text
            assert student in text


def test_the_folder_holds_what_the_contract_says(made):
    names = sorted(path.name for path in (made.folder / "papers").iterdir())
    assert [name[:5] for name in names] == ["S07.p", "s07-2", "spare", "x-d6b"]
    for kind in ("solutions", "keys"):
        assert names == sorted(path.name for path in (made.folder / kind).iterdir())
    rows = list(csv.reader((made.folder / "answers.csv").read_text("utf-8").splitlines()))
    assert rows[0][:3] == ["student_id", "variant", "name"]
    assert [row[1] for row in rows[1:]] == ["001", "002", "003", "004"]
    exam = read_exam(made.folder)
    assert exam.students == {"S07": "001", "s07": "002", "../x": "003"}


def test_the_same_spec_and_seed_give_the_same_bytes_with_any_jobs(spec, tmp_path, drawn):
    students = {"a": "Ann", "b": "北京 Кириллица"}
    for name, jobs in (("one", 1), ("two", 2)):
        drawn.clear()
        make(spec, 4, tmp_path / name, seed=5, students=students, jobs=jobs, booklet=True)
    files = [sorted(p for p in (tmp_path / name).rglob("*") if p.is_file()) for name in ("one", "two")]
    assert [p.name for p in files[0]] == [p.name for p in files[1]]
    assert len(files[0]) == 19
    assert [p.name for a, b in zip(*files, strict=True) for p in [a] if a.read_bytes() != b.read_bytes()] == []


def test_an_extreme_name_is_set_smaller_or_cut_short_and_stops_nothing(small, tmp_path):
    students = {"1": "W" * 200, "2": "Anna " * 40, "3": "\\frac{a}{b} << >> <% %> {page} $$ % & ~ ^", "4": ""}
    made = make(small, 4, tmp_path / "exam", seed=1, students=students)
    for name in file_names(made.exam):
        assert faults(made.folder / "papers" / name) == []
    assert "WWWWWWWWWW" in shown(made.folder / "papers" / "1.pdf")
    assert re.search("(Anna ){10,}Anna *…", shown(made.folder / "papers" / "2.pdf"))
    assert "\\frac{a}{b} << >> <% %> {page} $$ % & ~ ^" in shown(made.folder / "papers" / "3.pdf")


def test_spare_papers_are_named_apart_from_students(small):
    exam = make_exam(small, 4, 1, students={"001": "A", "003": "B"})
    assert file_names(exam) == ["001.pdf", "003.pdf", "spare-003.pdf", "spare-004.pdf"]
    exam = make_exam(small, 2, 1)
    assert file_names(exam) == ["001.pdf", "002.pdf"]


@pytest.mark.parametrize("n", [0, -3, 100_001])
def test_an_impossible_count_is_refused(small, tmp_path, n):
    with pytest.raises(InputError, match=f'--n: "{n}" papers cannot be made; write 1 to 100000'):
        make(small, n, tmp_path / "exam")


def test_fewer_papers_than_students_are_refused(small, tmp_path):
    with pytest.raises(InputError, match='--n: "1" is less than the 2 students of the roster; leave --n out'):
        make(small, 1, tmp_path / "exam", students={"a": "", "b": ""})


def test_what_fails_half_way_leaves_nothing(small, tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "solution.txt").write_text("<< nobody >>")
    with pytest.raises(InputError, match=r"solution\.txt:1: 'nobody' is undefined"):
        make(small, 3, tmp_path / "exam", seed=1, templates=tmp_path / "templates")
    assert [p.name for p in tmp_path.iterdir()] == ["templates"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_too_few_variants_are_told_with_any_jobs(tmp_path, jobs):
    few = {"network": "tanh-heads", "inputs": [1, 2], "weights": [0.5], "biases": [0.5], "targets": [0, 1]}
    with pytest.raises(InputError, match="variants that keep every condition"):
        make(spec_of({"questions": [few]}), 40, tmp_path / "exam", seed=1, jobs=jobs)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_tells_of_all_that_is_drawn_and_printed(spec, tmp_path, jobs, drawn):
    drawn.clear()
    told = []
    make(spec, 2, tmp_path / "exam", seed=5, jobs=jobs, progress=lambda *report: told.append(report))
    for what, of in (("drawing", 4), ("printing papers", 2), ("printing solutions", 2)):
        done = [done for doing, done, whole in told if (doing, whole) == (what, of)]
        assert done == sorted(done)
        assert done[-1] == of


def test_what_was_stopped_after_the_papers_is_completed_with_the_same_bytes(small, tmp_path):
    make(small, 3, tmp_path / "whole", seed=4, booklet=True)
    made = make(small, 3, tmp_path / "stopped", seed=4, booklet=True, solutions=False)
    assert {path.name for path in made.folder.iterdir()} & {"solutions", "keys", "solutions.pdf"} == set()
    assert read_exam(made.folder).checksum == made.exam.checksum, "it can be marked"
    assert resume(made.folder)[1] == ["solutions", "keys", "solutions.pdf"]
    assert resume(made.folder)[1] == []
    whole, completed = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("whole", "stopped")
    )
    assert whole == completed


def test_of_solutions_and_keys_only_what_is_missing_is_made(small, tmp_path):
    made = make(small, 2, tmp_path / "exam", seed=4)
    rmtree(made.folder / "keys")
    assert resume(made.folder)[1] == ["keys"]
    assert len(list((made.folder / "keys").iterdir())) == 2


def test_a_solution_that_cannot_be_printed_is_told_before_anything_is_there(small, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "solution.txt").write_text("# Title\n\n@nothing\n")
    with pytest.raises(InputError, match="no command @nothing"):
        make(small, 2, tmp_path / "exam", seed=4, templates=mine)
    assert not (tmp_path / "exam").exists()


def test_german_papers_are_german_throughout(tmp_path):
    paper, solution = preview(
        spec_of({"language": "de", "questions": [{"network": "tanh-heads", "iterations": 2}]}), tmp_path
    )
    for path, words in ((paper, "Vorwärtsrechnung"), (solution, "Musterlösung")):
        text = shown(path)
        assert words in text
        english = re.findall(
            r"(?<!\\)(?<!\\ )\b(?:the|and|of|layer|marks?|weights?|round|output|page|paper|hidden|not|to)\b", text
        )
        assert english == []
        assert "Backpropagation von Hand" in pypdf.PdfReader(path).metadata.title
        assert b"/Lang" in content(path.read_bytes())
        assert re.search(rb"/Lang ?\(de\)", content(path.read_bytes()))


def test_a_preview_replaces_the_last_one(small, tmp_path):
    first = preview(small, tmp_path / "preview")
    bytes_ = [path.read_bytes() for path in first]
    assert [path.name for path in first] == ["paper.pdf", "solution.pdf"]
    assert [path.read_bytes() for path in preview(small, tmp_path / "preview", seed=2)] != bytes_
    assert [path.read_bytes() for path in preview(small, tmp_path / "preview")] == bytes_


def test_a_preview_that_somebody_changed_or_made_is_replaced_only_with_force(small, tmp_path):
    paper, solution = preview(small, tmp_path)
    writer = pypdf.PdfWriter(clone_from=paper)
    writer.update_page_form_field_values(writer.pages[0], {"q1_z1_1": "0.5"})
    writer.write(paper)
    solution.write_bytes(solution.read_bytes() + b"% a remark\n")
    kept = paper.read_bytes(), solution.read_bytes()
    with pytest.raises(InputError) as error:
        preview(small, tmp_path, seed=2)
    assert [fault.split(":")[0] for fault in error.value.faults] == [str(paper), str(solution)]
    assert all("--force" in fault for fault in error.value.faults)
    assert (paper.read_bytes(), solution.read_bytes()) == kept
    preview(small, tmp_path, force=True)
    preview(small, tmp_path, seed=2)
    paper.write_bytes(b"")
    with pytest.raises(InputError, match="--force"):
        preview(small, tmp_path)


def test_names_that_no_typeface_has_are_all_listed_before_anything_is_drawn(small, tmp_path):
    students = {"S1": "प्रिया", "S2": "Zoë", "S3": "สมชาย"}
    with pytest.raises(InputError) as error:
        make(small, 3, tmp_path / "exam", seed=SEED, students=students)
    first, second, remedy = error.value.faults
    assert first.startswith('student "S1", "प्रिया": "प" (U+092A DEVANAGARI LETTER PA), ')
    assert first.endswith(" and 3 more cannot be printed")
    assert second.startswith('student "S3"')
    assert "Latin letters" in remedy
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "Cy \ufe60 Co",
        "\ufe10",
        "Ann\u202ebc",
        "\u2067אב\u2069",
        "\ue000",
        "\U000f0000",
        "\U000e0041",
        "\x07",
        "\ud800",
        "\0",
    ],
)
@pytest.mark.parametrize("jobs", [1, 2])
def test_what_cannot_be_printed_of_a_name_is_refused_with_its_student(small, tmp_path, name, jobs):
    with pytest.raises(InputError, match=r'^student "S2", ".*": .*U[+][0-9A-F]{4,5} .*cannot be printed'):
        make(small, 2, tmp_path / "exam", seed=SEED, students={"S1": "Ann", "S2": name}, jobs=jobs)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x" * 10_000, "א" * 10_000, "\u0301", "a\u200bb", "\u200eAnn", "e\u0301" * 500, "  "])
def test_a_name_of_any_length_and_of_marks_alone_is_printed(small, tmp_path, name):
    make(small, 1, tmp_path / "exam", seed=SEED, students={"S1": name})
    assert (tmp_path / "exam" / "papers" / "S1.pdf").exists()


def test_words_of_a_template_that_no_typeface_has_are_said_to_be_its(small, tmp_path):
    (tmp_path / "words").mkdir()
    template = (TEMPLATES / "paper.txt").read_text("utf-8")
    (tmp_path / "words" / "paper.txt").write_text(template + "\nGood luck \U0001f9ff\n", "utf-8")
    with pytest.raises(InputError, match=r"paper\.txt, or words\.txt: .*U\+1F9FF .*cannot be printed"):
        make(small, 1, tmp_path / "exam", seed=SEED, templates=tmp_path / "words")


@pytest.mark.parametrize("activation", ["identity", "relu", "tanh", "sigmoid"])
def test_a_network_of_ones_own_is_printed_whatever_its_output(activation, tmp_path):
    layers = [{"units": 2, "activation": "tanh"}, {"units": 1, "activation": activation}]
    table = {"loss": "squared-error", "network": {"inputs": 2, "layers": layers}}
    loose = {"misconceptions": False, "tolerance": 1}
    make(spec_of({"questions": [table], "certify": loose}), 1, tmp_path / "exam", seed=SEED)
    assert shown(tmp_path / "exam" / "solutions" / "001.pdf")


def test_force_never_replaces_a_sheet_with_answers_nor_anything_foreign(small, tmp_path):
    out = tmp_path / "exam"
    make(small, 1, out, seed=SEED)
    make(small, 1, out, seed=SEED, force=True)
    sheet = out / "answers.csv"
    empty = sheet.read_text()
    sheet.write_text(empty.replace("001,", "001,0.5", 1))
    with pytest.raises(InputError, match="holds answers"):
        make(small, 1, out, seed=SEED, force=True)
    sheet.write_text(empty)
    (out / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r'--force would delete "notes\.txt"'):
        make(small, 1, out, seed=SEED, force=True)
    assert (out / "notes.txt").exists()


def test_force_never_replaces_a_filled_in_paper_nor_a_file_among_the_papers(small, tmp_path):
    out = tmp_path / "exam"
    make(small, 1, out, seed=SEED)
    (out / "papers" / "notes.txt").write_text("mine")
    with (out / "solutions" / "001.pdf").open("ab") as file:
        file.write(b"% filled in")
    with pytest.raises(InputError) as error:
        make(small, 1, out, seed=SEED, force=True)
    assert '--force would delete "papers/notes.txt", "solutions/001.pdf"' in str(error.value).replace("\\", "/")
    assert (out / "papers" / "notes.txt").read_text() == "mine"


def test_no_id_in_the_answer_sheet_runs_in_a_spreadsheet(small, tmp_path):
    make(small, 3, tmp_path / "exam", seed=SEED, students={"=1+1": "Ann", "-1": "Bo", "S3": ""})
    sheet = (tmp_path / "exam" / "answers.csv").read_text().splitlines()
    assert sorted(row.partition(",")[0] for row in sheet[1:]) == ["'=1+1", "-1", "S3"]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_filled_in_sheet_is_known_in_any_dialect_and_an_empty_one_too(small, tmp_path, delimiter):
    out = tmp_path / "exam"
    make(small, 2, out, seed=SEED, students={"a,b": "Ann", "S2": "Bo"})
    sheet = out / "answers.csv"
    empty = sheet.read_text()
    make(small, 2, out, seed=SEED, students={"a,b": "Ann", "S2": "Bo"}, force=True)
    sheet.write_text(
        "\n".join(",".join(f'"{c}"' for c in row.split(",")) for row in empty.replace('"a,b"', "a").splitlines())
    )
    make(small, 2, out, seed=SEED, force=True)
    width = len(empty.splitlines()[0].split(","))
    sheet.write_text(
        f"{empty.splitlines()[0].replace(',', delimiter)}\nS2{delimiter}002{(delimiter + '0.5') * (width - 2)}\n"
    )
    with pytest.raises(InputError, match="holds answers"):
        make(small, 2, out, seed=SEED, force=True)


def test_a_title_that_no_typeface_has_is_named(tmp_path):
    with pytest.raises(InputError, match=r'title "Backprop \U0001f9ff": .*cannot be printed'):
        make(spec_of({"title": "Backprop \U0001f9ff"}), 1, tmp_path / "exam", seed=1)
