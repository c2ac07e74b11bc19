"""Tasks on paper: text, marks and room to write, but no field; and what cannot be printed, told before it is drawn."""

import io

import pypdf
import pytest

from qgen.errors import InputError
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.make import make
from qgen.papers.papers import Papers
from qgen.papers.task_texts import check_texts

TASK = {"name": "t1", "text": "Why is the **slope** $a(1 - a)$?\n\n- say it\n- draw it", "marks": 3}


def spec_with(*tasks, **top):
    return spec_of({"questions": [{"network": "tanh-heads", "tasks": list(tasks)}], **top})


def paper(spec, *, solved=False):
    papers = Papers(make_exam(spec, 1, 1))
    return pypdf.PdfReader(io.BytesIO(papers.solution(0) if solved else papers.question_paper(0)))


def text_of(reader):
    return [page.extract_text() for page in reader.pages]


def test_a_task_is_printed_with_its_marks_which_the_questions_and_the_papers_hold_too():
    spec = spec_with(TASK)
    pages = "\n".join(text_of(paper(spec)))
    assert "Question 1, task 1" in pages
    assert "____ / 3 marks" in pages
    for words in ("Why is the", "slope", "say it", "draw it"):
        assert words in pages
    assert "24 marks" in pages, "21 in the boxes, and 3"


def test_a_task_has_no_field_of_the_form():
    with_task, without = (paper(spec_with(*tasks)) for tasks in ([TASK], []))
    assert set(with_task.get_fields()) == set(without.get_fields())


@pytest.mark.parametrize("space", ["none", "third", "half", "page", "rest"])
def test_below_a_task_so_much_of_a_page_is_left_blank(space):
    after = {**TASK, "name": "t2", "text": "The next one."}
    tasks = [{**TASK, "space": space}, after]
    markup = Papers(make_exam(spec_with(*tasks), 1, 1)).markup(0)
    gaps = [line for line in markup.splitlines() if line.startswith("@space")]
    shown = {"third": "239", "half": "359", "rest": "rest"}  # of 717 points on a page
    assert gaps == [f"@space {points}" for name, points in shown.items() if name == space]
    own = [page for page in text_of(paper(spec_with(*tasks))) if "Question 1, task 1" in page]
    assert ("The next one." in own[0]) is (space in ("none", "third", "half"))


def test_only_the_solution_prints_the_model_answer():
    spec = spec_with({**TASK, "solution": "Because of the *chain rule*."})
    assert "chain rule" not in "".join(text_of(paper(spec)))
    solution = "".join(text_of(paper(spec, solved=True)))
    assert "chain rule" in solution
    assert "Marked by a person." in solution


def test_tasks_speak_the_exams_language():
    assert "____ / 3 Punkte" in "".join(text_of(paper(spec_with(TASK, language="de"))))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a $ b", "never closed"),
        (r"$\foo$", "not in the subset of LaTeX"),
        ("**bold", "never closed"),
        ("a \ue123 b", "U+E123"),
    ],
)
def test_a_text_that_cannot_be_printed_is_a_fault_of_its_task_before_anything_is_made(tmp_path, text, why):
    spec = spec_with(TASK, {**TASK, "name": "t2", "text": text}, {**TASK, "name": "t3", "solution": text})
    with pytest.raises(InputError) as caught:
        make(spec, 1, tmp_path / "exam")
    first, second = (fault for fault in caught.value.faults if why in fault)
    assert first.startswith("task q1_t2: text: ")
    assert second.startswith("task q1_t3: solution: ")
    assert list(tmp_path.iterdir()) == []


def test_no_text_is_a_heading_or_a_command_for_boxes_and_pages():
    text = "One\n@end\n@page\n\n# comment\n@boxes\n$x$ | q1_a3\n@end"
    with_task, without = (paper(spec_with(*tasks)) for tasks in ([{**TASK, "text": text}], []))
    assert set(with_task.get_fields()) == set(without.get_fields())
    shown = "".join(text_of(with_task))
    for words in ("@end", "@page", "# comment", "@boxes"):
        assert words in shown


def test_what_looks_like_a_template_is_printed_as_it_stands():
    assert "<< x >> <% for %> {page}" in "".join(
        text_of(paper(spec_with({**TASK, "text": "<< x >> <% for %> {page}"})))
    )


def test_own_templates_that_print_no_tasks_are_refused(tmp_path):
    (tmp_path / "paper.txt").write_text("# << title|plain >>\n")
    check_texts(spec_with(), tmp_path)
    with pytest.raises(InputError, match=r"paper\.txt: prints no tasks; take the lines on question\.tasks"):
        check_texts(spec_with(TASK), tmp_path)


def test_own_templates_that_print_no_combs_are_refused_where_combs_are_asked_for(tmp_path):
    (tmp_path / "paper.txt").write_text("# << title|plain >>\n")
    check_texts(spec_of({"boxes": "combs"}))
    check_texts(spec_of({}), tmp_path)
    with pytest.raises(InputError, match=r"paper\.txt: prints no cells; take the lines on item\.cells"):
        check_texts(spec_of({"boxes": "combs"}), tmp_path)
