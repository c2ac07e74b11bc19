"""Everything that a user can type, read or open is told in docs/: the lists come from the code, and links work."""

import json
import re
import shlex
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import grader.cli
import qgen.cli
from grader.decisions.overrides import HEADER as OVERRIDES
from grader.lms import NAMES
from grader.mark import OURS as RESULTS
from grader.marking.task_marks import TASK_VERDICTS
from grader.marking.verdicts import VERDICTS
from grader.reading.scan.stored import Reading
from grader.reasons import Reason, Wording
from grader.rehearsal.simulate import PROPORTIONS
from qgen.engine.activations import ACTIVATIONS
from qgen.engine.losses import LOSSES
from qgen.engine.misconceptions import CATALOGUE
from qgen.engine.network import NOTES, network_of
from qgen.engine.question import PARTS
from qgen.errors import InputError
from qgen.exam.certify import CONDITIONS
from qgen.exam.notation import CHOICES, Notation
from qgen.exam.pools import RANGE
from qgen.exam.question_spec import MORE, QUESTION_DEFAULTS
from qgen.exam.spec import FIELDS, Certify, Marking, Spec, spec_of
from qgen.exam.tasks import NEEDED, OPTIONAL, WORKING
from qgen.export.exporters import EXPORTERS
from qgen.make import OURS as EXAM
from qgen.papers.words import TEMPLATES
from qgen.typeset.fonts.typefaces import OWN

ROOT = Path(__file__).parent.parent
PAGES = {path.name: path.read_text("utf-8") for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))}
APPS = {"qgen": qgen.cli.app, "grader": grader.cli.app}
GROUPS = {name: typer.main.get_command(app) for name, app in APPS.items()}
COMMANDS = [(name, command) for name, group in GROUPS.items() for command in group.commands]
READINGS = [field.name for field in fields(Reading)]
SHARED = "What all commands share"


def section(page: str, heading: str) -> str:
    """What stands below a heading, up to the next one of its level or a higher one."""
    found = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^#{{1,6}} |\Z)", PAGES[page], re.DOTALL | re.MULTILINE)
    assert found, f'{page} has no heading "{heading}"'
    level = len(found[1])
    rest = PAGES[page][found.start(2) :]
    end = re.search(rf"^#{{1,{level}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text: str) -> dict[str, list[str]]:
    """The cells of all table rows by what stands as code in the first one."""
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return {code: cells for cells in table for code in re.findall("`([^`]+)`", cells[0])}


def toml(value: object) -> str:
    """A value as a spec writes it, on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + "}"
    return json.dumps(value)


def run(app: str, *words: object) -> None:
    done = CliRunner().invoke(APPS[app], [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(("app", "name"), COMMANDS)
def test_every_argument_and_option_is_told_with_its_default(app, name):
    page = next(page for page in PAGES if re.search(rf"^#+ `{app} {name}`$", PAGES[page], re.MULTILINE))
    told = rows(section(page, f"`{app} {name}`"))
    known = set()
    for param in GROUPS[app].commands[name].params:
        words = [*param.opts, *param.secondary_opts] if param.param_type_name == "option" else [param.name.upper()]
        known.update(words)
        for word in set(words) - {"--help"}:
            assert word in told, f"{page}: {app} {name}: {word}"
        default = getattr(param.default, "value", param.default)
        if default not in (None, False, True, ...) and not callable(default):
            assert f"`{default}`" in told[words[0]][1], f"{page}: {app} {name}: {words[0]} is {default} by default"
    assert {word for word in told if word.startswith("--")} <= known


@pytest.mark.parametrize("app", APPS)
def test_options_of_all_commands_are_told(app):
    told = section("exams.md", SHARED)
    for param in GROUPS[app].params:
        for word in param.opts:
            assert f"{word}`" in told, word
    assert "`--help`" in told


def shown_commands() -> list[tuple[str, str]]:
    """Every line in a block of code that calls one of our commands; an explanation stands two spaces off."""
    found = []
    for page, text in PAGES.items():
        lines = [line[4:] for line in text.splitlines() if line[:4] == "    "]
        lines += [line for block in re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
                  for line in block.splitlines()]  # fmt: skip
        calls = (re.sub(r"^\s*(?:[A-Z_]+=\S+ )?", "", line).partition("   ")[0] for line in lines)
        found += [(page, call) for call in calls if call.split(" ")[0] in APPS]
    return found


@pytest.mark.parametrize(("page", "line"), shown_commands())
def test_every_command_that_is_shown_can_be_typed(page, line):
    app, name, *words = shlex.split(line)
    GROUPS[app].commands[name].make_context(name, words)


def test_every_key_of_a_spec_is_told_with_its_default():
    spec = spec_of({})
    top = rows(section("exams.md", "At the top"))
    apart = ("certify", "marking", "notation", "fields", "questions", "table")
    assert {name.strip("`") for key in top for name in key.split(", ")} >= set(FIELDS)
    for key in (field.name for field in fields(Spec) if field.name not in apart):
        value = getattr(spec, key)
        assert top[key][1] == f"`{toml(value if isinstance(value, str | bool | float) else str(value))}`", key
    for name, kind in (("certify", Certify), ("marking", Marking)):
        told = rows(section("exams.md", f"`[{name}]`"))
        assert {field.name for field in fields(kind)} == told.keys() - set(PARTS)
        for key, value in spec.table[name].items():
            assert told[key][1] == f"`{toml(value)}`", key
    told = rows(section("exams.md", "`[notation]`"))
    for field in fields(Notation):
        assert told[field.name][1].strip("`") == str(field.default).removeprefix("\\"), field.name
    assert all(choice in told[key][2] for key, choices in CHOICES.items() for choice in choices)
    told = rows(section("exams.md", "`[[questions]]`"))
    assert set(MORE) <= told.keys()
    for key, value in QUESTION_DEFAULTS.items():
        assert told[key][1] == f"`{toml(value)}`", key
    assert set(RANGE) <= rows(section("exams.md", "Ranges and lists")).keys()


def test_every_key_of_a_task_and_every_room_below_it_is_told():
    told = section("exams.md", "Tasks in words")
    assert {*NEEDED, *OPTIONAL} == rows(told).keys()
    assert [space for space in WORKING if f'`"{space}"`' not in told] == []


def test_every_network_activation_and_loss_is_told_with_its_other_names():
    told = rows(section("exams.md", "Networks"))
    assert {path.stem for path in NOTES.glob("*.toml")} <= told.keys()
    faults = []
    for table in (
        {"?": 1, "inputs": 1, "layers": [{}]},
        {"inputs": 1, "layers": [{"?": 1, "activation": "leaky-relu"}]},
    ):
        with pytest.raises(InputError) as caught:
            network_of(table, "network", "network")
        faults += re.findall("known: (.*)", str(caught.value))
    assert len(faults) == 2
    assert {key for fault in faults for key in fault.split(", ")} <= told.keys()
    for entries, table in ((ACTIVATIONS, told), (LOSSES, rows(section("exams.md", "Losses")))):
        for entry in entries.values():
            assert table[entry.name][1] == ", ".join(f"`{alias}`" for alias in entry.aliases), entry.name


def test_every_verdict_and_reason_is_told():
    assert tuple(rows(section("marking.md", "Verdicts")))[: len(VERDICTS)] == VERDICTS
    macros = re.findall(r"macro (\w+)\(answer, numbers, names\)", (TEMPLATES / "reasons.txt").read_text("utf-8"))
    assert {*TASK_VERDICTS} <= rows(section("marking.md", "Verdicts")).keys()
    told = rows(section("marking.md", "Unreadable")) | rows(section("marking.md", "marks.csv"))
    assert set(macros) <= told.keys()


def test_every_misconception_is_told_as_students_are_told():
    told = rows(section("marking.md", "Misconceptions"))
    say = Wording().plain
    assert {name: cells[1] for name, cells in told.items()} == {
        m.name: say(Reason("misconception", names=(m.name,))) for m in CATALOGUE
    }


def test_every_condition_of_a_fair_paper_is_told():
    told = section("fairness.md", "What is certified")
    assert [meaning for meaning in CONDITIONS.values() if f"| {meaning} |" not in told] == []


def test_every_kind_of_simulated_student_is_told():
    told = rows(section("marking.md", "`grader simulate`"))
    assert {kind: told[kind][1] for kind in PROPORTIONS} == {kind: f"{share:g}" for kind, share in PROPORTIONS.items()}


def test_every_template_and_language_is_told():
    told = section("exams.md", "Templates")
    assert {path.name for path in TEMPLATES.iterdir() if path.is_file()} <= rows(told).keys()
    adding = section("developing.md", "How to add a language")
    for language in (path for path in TEMPLATES.iterdir() if path.is_dir()):
        assert f"templates/{language.name}/" in told
        assert [path.name for path in language.iterdir() if f"`{path.name}`" not in adding] == []


def test_every_system_and_question_bank_is_told():
    assert set(NAMES) <= rows(section("lms.md", "Grades into the gradebook")).keys()
    for name in NAMES:
        assert f"grader export {name} " in PAGES["lms.md"]
    for system in EXPORTERS:
        assert f"qgen export {system}" in PAGES["lms.md"]
        assert f"`{system}`" in section("exams.md", "`qgen export`")


def test_the_folder_of_fonts_is_told():
    assert f"`{OWN}`" in PAGES["names.md"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with an exam and results that have every file."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "students.csv").write_text("student_id,name,email\nS1,Ann,a@b\nS2,Bob,c@d\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run("qgen", "make", "--roster", "students.csv", "--seed", 1, "--booklet")
        run("qgen", "preview")
        for system in EXPORTERS:
            run("qgen", "export", system, *(["--roster", "students.csv"] * (system == "gradescope")))
        run("grader", "simulate", "--students", 2, "--mix", "rounding=1")
        sheet = [line.split(",")[:-1] for line in (folder / "answers.csv").read_text().splitlines()]
        sheet[2][2:] = sheet[1][2:]  # copied
        (folder / "answers.csv").write_text("\n".join(map(",".join, sheet)) + "\n")  # one column lost: a remark
        (folder / "answers-scans").mkdir()
        reading = ",".join("S1" if name == "student_id" else "empty" * (name == "state") for name in READINGS)
        (folder / "answers-scans" / "readings.csv").write_text(f"{','.join(READINGS)}\n{reading}\n")
        run("grader", "score", "answers.csv", "--no-feedback")
        (folder / "decided.csv").write_text("student_id,item,marks,reason\n*,q1_loss,2,a bonus for all\n")
        (folder / "marking.toml").write_text("[items.q1_z3]\ngive = true\n")
        decided = ("--overrides", "decided.csv", "--marking", "marking.toml")
        run("grader", "score", "answers.csv", *decided, "--force", "--only", "lost")
        run("grader", "report", "results")
        columns = {"openedx": "block-v1:a+b", "blackboard": "|12"}
        for name in NAMES:
            run("grader", "export", name, *(["--column", columns[name]] if name in columns else []))
        run("grader", "export", "moodle", "--xml")
        for name, text in {
            "worksheet.csv": "Identifier,Full name,ID number\nParticipant 1,Ann,S1\nParticipant 2,Bob,S2\n",
            "gradebook.csv": "Student,ID,SIS User ID,SIS Login ID,Section\nAnn,1,S1,ann,A\nBob,2,S2,bob,A\n",
            "ann_1_5_a.pdf": "",
            "bob_2_6_b.pdf": "",
        }.items():
            (folder / name).write_text(text)
        run("grader", "export", "moodle", "--pdfs", "worksheet.csv")
        run("grader", "export", "canvas", "--pdfs", ".", "--roster", "gradebook.csv")
    return folder


def test_every_file_of_the_exam_and_results_folders_is_told(made):
    for page, heading, folder, ours in (
        ("exams.md", "The exam folder", "exam", EXAM), ("marking.md", "The results folder", "results", RESULTS)
    ):  # fmt: skip
        found = {path.name for path in (made / folder).iterdir()}
        assert found == set(ours)
        assert found <= rows(section(page, heading)).keys()
    told = section("exams.md", "`qgen preview`")
    assert [path.name for path in (made / "preview").iterdir() if f"`preview/{path.name}`" not in told] == []


def heading_of(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()[0].split(",")


def test_every_column_and_key_of_these_files_is_told(made):
    exam = section("exams.md", "The exam folder")
    assert {*heading_of(made / "exam/key.csv"), *json.loads((made / "exam/exam.json").read_text("utf-8"))} <= rows(
        exam
    ).keys()
    assert all(f"`{name}`" in exam for name in heading_of(made / "exam/answers.csv")[:2])
    assert set(heading_of(made / "results/items.csv")) <= rows(section("report.md", "items.csv")).keys()
    for name in ("scores.csv", "marks.csv", "changes.csv"):
        told = rows(section("marking.md", name)).keys()
        layers = [column for column in heading_of(made / "results" / name) if re.match(r"q\d_", column)]
        assert set(heading_of(made / "results" / name)) - set(layers) <= told
        assert not layers or "q1_hidden1" in told
    from grader.decisions.policy import KEYS

    policy = section("marking.md", "Another policy")
    assert [key for key in KEYS if f"`{key} = " not in policy] == []
    assert set(OVERRIDES) <= rows(section("marking.md", "The examiner decides")).keys()
    told = section("marking.md", "`grader simulate`")
    assert [name for name in heading_of(made / "truth.csv") if f"`{name}`" not in told] == []


def anchors(text: str) -> set[str]:
    """What headings can be linked by."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_links_work(page):
    folder = ROOT if page == "README.md" else ROOT / "docs"
    text = re.sub(r"^```.*?^```|`[^`]*`", "x", PAGES[page], flags=re.DOTALL | re.MULTILINE)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        path = folder / file if file else folder / page
        if "://" in target:
            continue
        if not path.exists() or (anchor and anchor not in anchors(path.read_text("utf-8"))):
            broken.append(target)
    assert broken == []


def test_every_page_is_linked_from_the_readme():
    assert [page for page in PAGES if page != "README.md" and f"(docs/{page})" not in PAGES["README.md"]] == []


def test_every_dependency_is_told_with_its_extra():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    told = rows(section("developing.md", "What each dependency is for"))
    for extra, packages in {"": project["dependencies"], **project["optional-dependencies"]}.items():
        for package in packages:
            name = re.split(r"[^\w-]", package)[0]
            assert name in told, name
            assert not extra or f"`{extra}`" in told[name][1], f"{name}: {extra}"
