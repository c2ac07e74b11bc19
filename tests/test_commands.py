"""Both commands are kind: helps that say everything, examples that run, and no file that is named and not there."""

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner, Result

import grader.cli.marking
import grader.cli.papers
import qgen.cli

ROOT = Path(__file__).parent.parent
APPS = {"qgen": qgen.cli.app, "grader": grader.cli.app}
GROUPS = {name: typer.main.get_command(app) for name, app in APPS.items()}
COMMANDS = [(name, command) for name, group in GROUPS.items() for command in ("", *group.commands)]  # type: ignore[attr-defined]
GRADEBOOKS = {
    "gradebook.csv": "Student,ID,SIS User ID,SIS Login ID,Section,Exam (7)\nPoints Possible,,,,,66\n",
    "grades.csv": "First name,Last name,ID number,Email address,Quiz 1\n",
}


def run(name: str, *arguments: object, columns: int = 80) -> Result:
    return CliRunner().invoke(APPS[name], [str(one) for one in arguments], env={"COLUMNS": str(columns)})


def helped(name: str, command: str) -> str:
    done = run(name, *filter(None, [command]), "--help")
    assert done.exit_code == 0
    return done.output


def parameters(name: str, command: str) -> list:  # type: ignore[type-arg]
    group = GROUPS[name]
    return (group.commands[command] if command else group).params  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def here(worked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that folder, as the current one."""
    monkeypatch.chdir(shutil.copytree(worked, tmp_path / "here"))
    return tmp_path / "here"


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that the examples name."""
    folder = tmp_path_factory.mktemp("worked")
    here = Path.cwd()
    os.chdir(folder)
    try:
        students = [f"S{k:03d}" for k in range(1, 5)]
        Path("students.csv").write_text("student_id,name\n" + "".join(f"{s},Ada {s}\n" for s in students))
        Path("overrides.csv").write_text("student_id,item,marks,reason\nS001,q1_loss,0.5,crossed out\n")
        people = "".join(f"Ada {s},{k},{s},{s},A,\n" for k, s in enumerate(students))
        Path("gradebook.csv").write_text(GRADEBOOKS["gradebook.csv"] + people)
        Path("grades.csv").write_text(GRADEBOOKS["grades.csv"] + "".join(f"Ada,{s},{s},{s}@x.org,\n" for s in students))
        for name, *arguments in (
            ("qgen", "new", "exam.toml"),
            ("qgen", "make", "--roster", "students.csv", "--seed", 1),
            ("grader", "simulate", "--students", 4, "--seed", 1),
            ("grader", "score", "answers.csv"),
        ):
            done = run(name, *arguments)
            assert done.exit_code == 0, done.output
        Path("scans").mkdir()
        run("grader", "simulate", "--students", 1, "--scans", "--out", "one.csv")
        Path("one-scans.pdf").rename("scans/1.pdf")
        shutil.make_archive("scans", "zip", "scans")
        Path("papers-back").mkdir()
        for paper in Path("exam/papers").iterdir():
            Path("papers-back", paper.name).write_bytes(paper.read_bytes())
    finally:
        os.chdir(here)
    return folder


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_a_help_is_whole_at_80_columns_and_says_what_every_option_is_for(name: str, command: str) -> None:
    text = helped(name, command)
    assert max(map(len, text.splitlines())) <= 80
    assert not re.search(r"\w\.\.\.(\s*\n|$)", text)  # cut
    assert re.search(rf"Examples?:\n    {name} ", text)
    for parameter in parameters(name, command):
        assert len((parameter.help or "").split()) >= 3, parameter.name


@pytest.mark.parametrize("name", APPS)
def test_the_examples_of_every_help_run(name: str, here: Path) -> None:
    texts = [helped(name, command).partition("Example")[2] for named, command in COMMANDS if named == name]
    for line in dict.fromkeys(line for text in texts for line in re.findall(r"^    (\w.*)", text, re.MULTILINE)):
        if line.startswith("grader desk"):  # waits for a person
            continue
        program, *arguments = (
            part
            for word in shlex.split(line.replace("-n 30", "-n 2"))
            for part in (sorted(Path().glob(word)) or [word])
        )
        force = [] if "--force" in arguments or "check" in arguments else ["--force"]
        done = run(program, *arguments, *force)
        assert done.exit_code == 0, f"{line}\n{done.output}"


PATHS = [
    (name, command, parameter)
    for name, command in COMMANDS
    if command not in ("", "new")  # which writes what it names
    for parameter in parameters(name, command)
    if type(parameter.type).__name__ in ("Path", "TyperPath") and parameter.name not in ("out",)
]
NEEDED = {
    "score": ["answers.csv"],
    "collect": ["papers-back"],
    "scan": ["scans/1.pdf"],
    "desk": ["answers.csv"],
    "report": ["results"],
    "qgen export": ["moodle-xml"],
    "qgen export --roster": ["gradescope"],
    "grader export": ["canvas"],
}


@pytest.mark.parametrize(("name", "command", "parameter"), PATHS, ids=lambda value: getattr(value, "name", value))
def test_a_file_that_is_named_and_not_there_is_a_fault(name: str, command: str, parameter: object, here: Path) -> None:
    asked = f"{name} {command}"
    needed = NEEDED.get(command, NEEDED.get(f"{asked} --{parameter.name}", NEEDED.get(asked, [])))  # type: ignore[attr-defined]
    needed = [*needed, *(["-n", "1"] if command == "make" and parameter.name != "roster" else [])]  # type: ignore[attr-defined]
    option = parameter.param_type_name == "option"  # type: ignore[attr-defined]
    given = [*needed, f"--{parameter.name}", "nope"] if option else ["nope"]  # type: ignore[attr-defined]
    force = [] if command in ("check", "desk") else ["--force"]
    done = run(name, command, *given, *force)
    assert done.exit_code == 1
    assert re.search(r"(^|: )nope(/scores.csv)?: ", done.stderr)
    assert done.stdout == ""


def test_a_roster_that_is_not_needed_is_told(here: Path) -> None:
    done = run("grader", "score", "answers.csv", "--roster", "students.csv", "--force", "--no-feedback")
    assert "students.csv: not needed, for answers.csv names students by their ids" in done.stdout


def test_what_goes_to_a_pipe_stands_on_unbroken_lines(here: Path) -> None:
    lines = run("grader", "score", "answers.csv", "--force").stdout.splitlines()
    assert "q2_output" in lines[1]
    assert re.fullmatch(r"4 students, 264 cells: [^.]* unreadable", next(line for line in lines if "cells:" in line))
    assert lines[-3:] == [
        "results in results: scores.csv, marks.csv, feedback",
        "for each student a PDF to hand back: results/feedback",
        "then: grader export canvas, or another system that grader export --help names",
    ]
    checked = run("qgen", "check", "exam").stdout.splitlines()
    assert any("no other paper's answers earn more than the limit" in line for line in checked)


@pytest.mark.parametrize(
    ("name", "arguments", "summary"),
    [
        ("qgen", ("make", "-n", 1), "1 paper and worked solution"),
        ("qgen", ("export", "canvas-qti"), "264 questions in"),
        ("grader", ("score", "answers.csv", "--no-feedback"), "4 students, 264 cells"),
        ("grader", ("collect", "papers-back"), "4 papers collected"),
    ],
)
def test_a_progress_bar_ends_before_the_summary_which_it_would_wipe_out(
    name: str, arguments: tuple[object, ...], summary: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextlib.contextmanager
    def bar() -> Iterator[Callable[[str, int, int], None]]:
        yield lambda what, done, of: None
        typer.echo("ended")

    for room in (qgen.cli, grader.cli.marking, grader.cli.papers):
        monkeypatch.setattr(room, "progress_bar", bar)
    said = run(name, *arguments, "--force").stdout
    assert said.index("ended") < said.index(summary)


def test_lists_of_people_end_after_five(here: Path) -> None:
    rows = "".join(f"Bob {k},{k},B{k},b{k},A,\n" for k in range(100))
    Path("others.csv").write_text(GRADEBOOKS["gradebook.csv"] + rows)
    alone = run("grader", "export", "canvas", "--roster", "others.csv", "--force").stderr.splitlines()
    assert sum(line.startswith("no partner, roster: ") for line in alone) == 5
    assert "... and 95 more" in alone
    heading, *answers = Path("answers.csv").read_text().splitlines()
    bad = [line.rsplit(",", 1)[0] + ",0.31O" for line in answers]
    bad += [f"T{k}," + line.split(",", 1)[1] for k, line in enumerate(bad)]
    Path("bad.csv").write_text("\n".join([heading, *bad]) + "\n")
    told = run("grader", "score", "bad.csv", "--exam", "exam", "--out", "bad", "--no-feedback", "--force").stdout
    assert '  S001, q2_new_b3 (new b_3): "0.31O" has a letter among its digits' in told
    assert "  ... and 3 more in marks.csv" in told


@pytest.mark.parametrize("name", APPS)
def test_python_m_is_the_command(name: str) -> None:
    done = subprocess.run([sys.executable, "-m", name, "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"Usage: {name} ")


@pytest.mark.parametrize(
    ("shell", "typed"),
    [
        ("bash", {"COMP_WORDS": "{} ex", "COMP_CWORD": "1"}),
        ("zsh", {"_TYPER_COMPLETE_ARGS": "{} ex"}),
        ("fish", {"_TYPER_COMPLETE_ARGS": "{} ex", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}),
    ],
)
@pytest.mark.parametrize("name", APPS)
def test_shells_complete_the_commands(name: str, shell: str, typed: dict[str, str]) -> None:
    def said(instruction: str) -> str:
        words = {key: value.format(name) for key, value in typed.items()}
        environment = {f"_{name.upper()}_COMPLETE": f"{instruction}_{shell}", **words}
        return CliRunner().invoke(APPS[name], [], prog_name=name, env=environment).stdout

    assert name in said("source")
    assert "export" in said("complete")
    assert "preview" not in said("complete")


def test_the_systems_are_completed() -> None:
    words = {"COMP_WORDS": "grader export b", "COMP_CWORD": "2", "_GRADER_COMPLETE": "complete_bash"}
    done = subprocess.run(
        [sys.executable, "-m", "grader"], capture_output=True, text=True, env={**os.environ, **words}, check=False
    )
    assert done.stdout.split() == ["blackboard", "brightspace"]


@pytest.mark.parametrize("name", APPS)
def test_a_command_starts_without_what_is_heavy(name: str) -> None:
    heavy = {"numpy", "pandas", "reportlab", "matplotlib", "rich", "jinja2"}
    code = f"import sys, {name}.cli; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_marking_never_imports_pandas(here: Path) -> None:
    code = "import sys; from grader.cli import app; app(['score', 'answers.csv', '--force'], standalone_mode=False)"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print('pandas' in sys.modules)"],
        cwd=here,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.splitlines()[-1] == "False"
