"""What the packages offer to people who write Python: docs/library.md runs and is right, and everything is typed."""

import ast
import contextlib
import dataclasses
import io
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import grader
import qgen
from grader import read_answers, score, simulate
from grader.mark import mark
from qgen import Exam, make_exam, read_exam, read_spec, spec_of, write_exam
from qgen.make import make, preview

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/library.md"
BLOCK = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)
SMALL = {"questions": [{"network": "tanh-heads"}]}


def shown(code: str, names: dict[str, object]) -> str:
    """What a notebook's cell shows: what it prints, and its last line's value."""
    body = ast.parse(code).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(ast.Module(body, []), str(PAGE), "exec"), names)
        if last is not None:
            print(repr(eval(ast.unparse(last), names)))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def test_the_page_runs_and_shows_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code, said in BLOCK.findall(PAGE.read_text("utf-8")):
        assert shown(code, names) == said.rstrip(), code


@pytest.mark.parametrize("package", [qgen, grader])
def test_a_package_offers_its_names_and_no_others(package: object) -> None:
    names = package.__all__  # type: ignore[attr-defined]
    assert set(names) <= {*dir(package), "__version__"}
    assert all(getattr(package, name) is not None for name in names)
    with pytest.raises(AttributeError, match="has no attribute 'mkae_exam'"):
        package.mkae_exam  # type: ignore[attr-defined] # noqa: B018


def test_a_package_is_imported_without_what_it_offers() -> None:
    code = "import sys, qgen, grader; print('numpy' in sys.modules, qgen.Exam.__name__, 'pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False Exam False\n"


@pytest.fixture(scope="module")
def exam() -> Exam:
    return make_exam(SMALL, 100, seed=np.int32(987654321), students={f"s{k}": "Zoë & Co" for k in range(60)})


def everything(thing: object, seen: set[int]) -> list[object]:
    """A value and all values of ours within it."""
    if id(thing) in seen:
        return []
    seen.add(id(thing))
    inner = (
        [getattr(thing, field.name) for field in dataclasses.fields(thing)] if dataclasses.is_dataclass(thing) else []
    )
    inner += list(thing)[:3] if isinstance(thing, tuple | list) else []
    found = [thing] if dataclasses.is_dataclass(thing) else []
    return found + [one for each in inner for one in everything(each, seen)]


def test_what_a_notebook_shows_is_short(exam: Exam) -> None:
    marks = score(exam, simulate(exam, 100, np.random.default_rng(1)).submissions)
    things = everything([marks, *exam.spec.questions[0].question.steps], set())
    assert {type(thing).__name__ for thing in things} >= {
        "Exam", "Spec", "Question", "QuestionSpec", "Network", "Batch", "Submissions", "Marks", "Activation", "Loss",
        "Step",
    }  # fmt: skip
    # a Pool is what people look at for its numbers
    assert {type(thing).__name__: repr(thing) for thing in things if len(repr(thing)) > 300} == {}
    assert repr(exam) == '<Exam "Backpropagation by hand": 100 variants, 21 items, 21 marks>'
    assert repr(marks).startswith('<Marks of 100 students in "Backpropagation by hand", ')


def test_a_notebook_gets_tables_in_html(exam: Exam) -> None:
    marks = score(exam, simulate(exam, 100, np.random.default_rng(1)).submissions)
    pages = exam._repr_html_(), marks._repr_html_()
    assert all(page.count("<table") == page.count("</table>") == 1 and len(page) < 20_000 for page in pages)
    assert "tanh-heads" in pages[0]
    assert "Zoë &amp; Co" in pages[1]
    assert all(str(exam.seed) not in page for page in pages)


def test_paths_are_texts_or_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("exam.toml").write_text('[[questions]]\nnetwork = "tanh-heads"\n')
    Path("own").mkdir()
    write_exam(make_exam(read_spec("exam.toml"), 2, seed="7"), "own")
    assert read_exam("own").checksum == read_exam(Path("own")).checksum == make_exam(SMALL, 2, 7).checksum
    make(SMALL, 2, "exam", seed="7")
    assert preview(SMALL, "preview")[0].is_file()
    exam = read_exam("exam")
    Path("answers.csv").write_text(simulate(exam, 2, np.random.default_rng(1)).answers_csv())
    marks = mark("answers.csv", "exam", "results", feedback=False)
    assert score(exam, read_answers("answers.csv", exam)).scores.tolist() == marks.scores.tolist()


def test_a_spec_in_a_dict_is_not_called_a_file(tmp_path: Path) -> None:
    with pytest.raises(qgen.InputError) as fault:
        spec_of({"titel": 1, "questions": [{"loss": "hinge"}]})
    assert [line.partition(": ")[0] for line in fault.value.faults] == ["spec", "spec"]
    with pytest.raises(
        qgen.InputError, match=r'^spec: "exam[.]toml" is not a table; a file.s spec is read with read_spec$'
    ):
        spec_of("exam.toml")  # type: ignore[arg-type]
    numbers = {"iterations": np.int64(2), "inputs": np.array([1.5, 2.5]), "targets": (0, 1)}
    assert spec_of({"questions": [{**SMALL["questions"][0], **numbers}]}).questions[0].question.iterations == 2


@pytest.mark.parametrize(
    ("n", "students", "fault"),
    [
        (0, {}, 'n: "0" variants cannot be made; write 1 to 100000'),
        (100_001, {}, 'n: "100001" variants cannot be made; write 1 to 100000'),
    ],
)
def test_a_count_that_cannot_be_is_told(n: int, students: dict[str, str], fault: str) -> None:
    with pytest.raises(qgen.InputError) as found:
        make_exam(SMALL, n, 1, students=students)
    assert found.value.faults == (fault,)


def test_a_strict_type_checker_sees_no_any_in_what_is_offered(tmp_path: Path) -> None:
    """Of NumPy's arrays only the shape is Any, which is NumPy's own way to say it."""
    lines = ["import grader, qgen", "from grader.mark import mark", "from qgen.make import make, preview"]
    lines += [f"reveal_type({name})" for name in ("mark", "make", "preview")]
    for package in (qgen, grader):
        for name in package.__all__:
            offered, full = getattr(package, name), f"{package.__name__}.{name}"
            lines.append(f"reveal_type({full})")
            if dataclasses.is_dataclass(offered):
                fields = {field.name for field in dataclasses.fields(offered)}
                public = sorted(fields | {one for one in vars(offered) if not one.startswith("_")})
                lines.append(f"def of_{name}(it: {full}) -> None:")
                lines += [f"    reveal_type(it.{one})" for one in public]
    script = tmp_path / "script.py"
    script.write_text("\n".join(lines) + "\n")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", "pyproject.toml", script],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    revealed = re.findall(r"script.py:(\d+): note: Revealed type is \"(.*)\"", done.stdout)
    assert len(revealed) == sum("reveal_type" in line for line in lines), done.stdout
    untyped = [
        (lines[int(line) - 1].strip(), said)
        for line, said in revealed
        if re.search(r"\bAny\b", said.replace("numpy.ndarray[tuple[Any, ...]", ""))
    ]
    assert untyped == []
    assert done.returncode == 0, done.stdout
