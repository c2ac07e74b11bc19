"""From a results folder to a gradebook file: read, match, check, write whole or not at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial as partial_of
from importlib import import_module
from pathlib import Path
from typing import Literal

from grader.lms import NAMES
from grader.lms.cells import number, one_line
from grader.lms.columns import TITLE, Wanted, base_title, choose, find, wanted
from grader.lms.comment import Calling, comment
from grader.lms.gradebook import Column, Grade, Gradebook, IdColumns, Sheet, Student, System, students_of
from grader.lms.matching import Unmatched, match, unwritable
from grader.lms.remarks import choice_remarks, column_remarks, grade_remarks, id_remarks, results_remarks
from grader.lms.results import Results, Score, read_results
from grader.lms.systems import moodle
from qgen.errors import InputError, nearest, quoted
from qgen.files import write_whole
from qgen.headings import loose
from qgen.roster import is_heading_of_people, renamed
from qgen.tables.table import read_table, rectangular

SYSTEMS: dict[str, System] = {name: import_module(f"grader.lms.systems.{name}").SYSTEM for name in NAMES}
EXCUSED = {"ex": "is excused", "excused": "is excused", "exempt": "is excused", "n/a": "is not assigned this"}


@dataclass(frozen=True)
class Export:
    """What was written and who is in it; no `files` if someone has no partner and `partial` was not given.

    `left_out` are the excused and the ungraded, who rightly get no row. `upload` says where to import it.
    """

    files: tuple[Path, ...]
    matched: tuple[str, ...]
    unmatched_results: tuple[Unmatched, ...]
    unmatched_roster: tuple[Unmatched, ...]
    left_out: tuple[Unmatched, ...]
    warnings: tuple[str, ...]
    upload: str = ""

    @property
    def complete(self) -> bool:
        """Whether everybody on both sides has a partner."""
        return not (self.unmatched_results or self.unmatched_roster)


def export(
    lms: str,
    results: str | Path,
    *,
    roster: str | Path | None = None,
    out: str | Path | None = None,
    id_column: str | None = None,
    name_column: str | None = None,
    column: str | None = None,
    scale: Literal["points", "percent"] = "points",
    by_layer: bool = False,
    feedback: bool | None = None,
    templates: str | Path | None = None,
    exam: str | Path | None = None,
    absent: Literal["leave-out", "zero"] = "leave-out",
    partial: bool = False,
    title: str = TITLE,
    force: bool = False,
    xml: bool = False,
) -> Export:
    """Write a results folder as a gradebook file for `lms`, a key of SYSTEMS, on its own export `roster`.

    The file is <results>/<lms>.csv unless `out` names another. Nothing is written if a student on either side has no
    partner, unless `partial`, or with an InputError. The `absent` get no row, or a 0. Comments go along where the LMS
    takes them, unless `feedback` is false, in the words of `templates` and of the papers of `exam`, else in English.
    """
    roster, out, templates, exam = (Path(path) if path else None for path in (roster, out, templates, exam))
    results, system = Path(results), _system(lms, xml)
    _check_encodable({"--title": title, "--column": column or ""})
    target = target_of(results, out, f"{lms}.{'xml' if xml else 'csv'}", roster, force)
    percent = scale == "percent"
    comments = feedback is not False and system.comments
    language, called = _paper(exam if comments else None, templates)
    found = read_results(results, marks=by_layer or comments, absent_zero=absent == "zero")
    scores = {score.student_id: score for score in found.scores}
    people, notes = people_of(system, roster, scores, id_column, name_column)
    base = base_title(people, system, column, title) if by_layer else one_line(title)
    want = wanted(found, base, by_layer=by_layer, percent=percent)
    columns = choose(want, people, system, None if by_layer else column)
    kept, ids, answer = _paired(found, people, [*columns, *(find(base, people.columns) if by_layer else [])])
    values = {name: [_value(scores[name], w, found.maxima, percent=percent) for w in want] for name, _ in kept}
    say = partial_of(_comment, found, templates, language, called)
    grades = (Grade(student, tuple(map(number, values[name])), say(scores[name]) if comments else "")
              for name, student in kept)  # fmt: skip
    sheet = Sheet(people, ids, columns, tuple(w.most for w in want), tuple(grades), comments)
    warnings = [
        *notes,
        *choice_remarks(sheet, want, column),
        *column_remarks(sheet, system, percent=percent),
        *grade_remarks(sheet, system, values, percent=percent),
        *id_remarks(sheet),
        *results_remarks(found, system, feedback=feedback is True),
        *answer.warnings,
        *system.review(sheet),
    ]
    answer = replace(answer, warnings=tuple(warnings), upload=f"{system.name}: {system.upload}")
    if not kept or not (answer.complete or partial):
        return answer
    write_whole(target, system.write(sheet), force=force)
    return replace(answer, files=(target,))


def people_of(
    system: System, roster: Path | None, scores: Iterable[str], ids: str | None, names: str | None
) -> tuple[Gradebook, list[str]]:
    """The roster, and remarks; where the user says which column the ids are in, students are known by it alone."""
    if roster is None:
        if ids or names:
            raise InputError("--id and --name are columns of a --roster; there is none")
        return system.bare(list(scores)), [f"no --roster: {system.bare_note}"]
    called = [loose(heading) for heading in (ids, names) if heading is not None]
    heading = partial_of(is_heading_of_people, called=called) if system.free_headings else None
    table = rectangular(read_table(roster, is_heading=heading))
    known_as = renamed(table.heading, f"{table.name}:{table.line}", ids=ids, names=names)
    found = system.read(replace(table, heading=known_as) if system.free_headings else table)
    if ids is not None:
        people = students_of(table, {"id": [known_as.index("student_id")]}, mark=system.mark)
        expected = {student.line: student.expected for student in found.students}
        known = (replace(one, expected=expected[one.line]) for one in people if one.line in expected)
        found = replace(found, students=tuple(known))
    return replace(found, header=tuple(cell.strip() for cell in table.heading)), list(table.notes)


def _paired(
    found: Results, people: Gradebook, looked_at: Sequence[Column]
) -> tuple[list[tuple[str, Student]], IdColumns, Export]:
    """Everyone with a score and a row, by id of the results; the columns that they are keyed on; who is not, and why.

    The excused have a word for it in a column `looked_at`.
    """
    scores = {score.student_id for score in found.scores}
    excused = {s.line: why for s in people.students if (why := _excused(s, looked_at))}
    expected = (replace(s, expected=s.expected and s.line not in excused) for s in people.students)
    matching = match([*(score.student_id for score in found.scores), *found.ungraded],
                     replace(people, students=tuple(expected)))  # fmt: skip
    graded = [(name, s) for name, s in matching.pairs if name in scores and s.line not in excused]
    ids, unsafe = _ids([student for _, student in graded], people)
    kept = [(name, student) for name, student in graded if student.line not in unsafe]
    warnings = [
        f"{name} {excused[student.line]} in the roster, but has a score, which is not sent"
        for name, student in matching.pairs
        if name in scores and student.line in excused
    ]
    warnings += [matching.mended] * bool(matching.mended)
    left = [Unmatched(s.who, excused[s.line]) for s in people.students if s.line in excused]
    left += [Unmatched(name, "has no score") for name in found.ungraded]
    alone = [one for one in matching.in_results if one.who in scores]
    alone += [Unmatched(name, unsafe[s.line]) for name, s in graded if s.line in unsafe]
    if not kept:
        warnings.append("nobody is left to grade: nothing is written")
    names = tuple(name for name, _ in kept)
    return kept, ids, Export((), names, tuple(alone), matching.in_roster, tuple(left), tuple(warnings))


def _system(lms: str, xml: bool) -> System:
    if lms not in SYSTEMS:
        raise InputError(f'"{lms}" is no learning-management system; {nearest(lms, SYSTEMS)}')
    if xml and lms != "moodle":
        raise InputError(f"{lms}: has no XML import; --xml is for moodle")
    return moodle.XML if xml else SYSTEMS[lms]


def _check_encodable(options: Mapping[str, str]) -> None:
    for option, text in options.items():
        if text.encode("utf-8", "ignore").decode() != text:
            raise InputError(f"{option}: {quoted(text)} is no text in UTF-8; write what the gradebook calls the exam")


def _paper(exam: Path | None, templates: Path | None) -> tuple[str, Calling]:
    """The language of an exam's papers, English if none is known, and what they call an item."""
    if exam is None:
        return "en", Calling(templates, "en")
    from qgen.exam.exam import read_exam
    from qgen.papers.notation import Written

    spec = read_exam(exam, verify=False).spec
    return spec.language, Calling(templates, spec.language, Written.of(spec))


def target_of(results: Path, out: Path | None, name: str, roster: Path | None, force: bool) -> Path:
    """The file to write; InputError where it is there already, or is one of those that are read."""
    target = out or results / name
    if target.is_dir():
        target /= name
    sources = [results / "scores.csv", results / "marks.csv", *([roster] if roster else [])]
    if target.resolve() in [source.resolve() for source in sources]:
        raise InputError(f"{target}: is read by this command and cannot be its output; give another --out")
    if target.exists() and not force:
        raise InputError(f"{target}: exists; choose another name, or replace it with --force")
    if results.is_dir() and not target.parent.is_dir():
        raise InputError(f"{target.parent}: is no folder to write {target.name} into")
    return target


def _excused(student: Student, columns: Sequence[Column]) -> str:
    cells = (student.cells[c.index].strip().casefold() for c in columns if c.index is not None)
    return next((EXCUSED[cell] for cell in cells if cell in EXCUSED), "")


def _ids(students: Sequence[Student], roster: Gradebook) -> tuple[IdColumns, dict[int, str]]:
    """The id columns that serve all these students, else those that serve most, and whom they fail."""
    tried = [(choice, unwritable(students, roster, choice.keys)) for choice in roster.ids]
    return min(tried, key=lambda pair: len(pair[1]))


def _comment(
    found: Results, templates: Path | None, language: str, called: Calling, score: Score
) -> str:  # fmt: skip
    if score.absent:
        return ""
    return comment(score, found.maxima, found.lost.get(score.student_id, ()), templates, language, called)


def _value(score: Score, want: Wanted, maxima: Mapping[str, Decimal], *, percent: bool) -> Decimal:
    if not want.key:
        return score.percent if percent else score.score
    got, most = score.layers[want.key], maxima[want.key]
    return got * 100 / (most or 1) if percent else got
