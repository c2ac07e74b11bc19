"""Opens the desk: reads what waits, serves the page on this machine alone, and at the end brings all up to date."""

from __future__ import annotations

import csv
import gc
import os
import secrets
import socket
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn

from grader.desk.app import Desk
from grader.desk.door import Door
from grader.desk.keeper import Keeper
from grader.desk.labels import labels
from grader.desk.marks import MarkDecisions, results_folder
from grader.desk.page import page, words
from grader.desk.questions import scanned
from grader.desk.session import Session, Summary
from grader.desk.sheet import Kept, bring_up_to_date, read_sheet
from grader.desk.unreadable import unreadable
from grader.reading.scan.decided import Decided
from grader.reading.scan.journal import Journal, journal_of
from grader.reading.scan.stored import readings, scanned_pages, scans_of
from grader.reading.students.finder import finder
from grader.reasons import Wording
from qgen.errors import InputError
from qgen.exam.exam import Exam, read_exam
from qgen.files import alone
from qgen.papers.combs import combs_of
from qgen.tables.spreadsheet import unguarded

HERE = "127.0.0.1"
SWITCH = 0.0005  # seconds after which a thread lets another go on: who waits at the desk goes before the background


@dataclass(frozen=True)
class Ended:
    """What was done at the desk, and how the decisions fared in the answers file; fault: why that is not up to date."""

    summary: Summary
    kept: Kept | None
    fault: str


@contextmanager
def only_desk(answers: Path) -> Iterator[None]:
    """While this lasts, no other desk opens for these answers; a lock that ends with its process, however it ends."""
    journal = journal_of(answers.resolve())
    held = alone(journal, journal)
    try:
        held.__enter__()
    except InputError:
        raise InputError(f"{answers}: another desk is open for these answers; end that one first") from None
    try:
        yield
    finally:
        held.__exit__(None, None, None)


def opened(answers: Path, exam: Exam, results: Path | None, journal: Journal, by: str) -> Desk:
    """The desk of an answers file. InputError where one of its files is at fault."""
    columns = exam.sheet_columns
    keeper = Keeper(lambda: bring_up_to_date(answers, columns, journal.entries))
    keeper.now()
    if keeper.fault:
        raise InputError(*keeper.fault.splitlines())
    sheet, decided = read_sheet(answers, columns), Decided.of(journal.entries)
    wording = Wording.of(exam.spec.language)
    exam = replace(exam, spec=replace(exam.spec, language=wording.language))
    find = finder(exam.variants)

    def variant(text: str) -> str | None:
        place = find(text)
        return None if place is None else exam.variants[place]

    scan = scanned(readings(answers), scanned_pages(answers), exam.checksum, combs_of(exam))
    written = list(unreadable(sheet, exam.columns, decided, wording))
    session = Session(scan, written, sheet, journal, by, variant)
    folder = results_folder(results, answers)
    marks = MarkDecisions(exam, folder, _students(folder)) if folder else None
    html, policy = page(wording.language, exam.spec.title, labels(exam), exam.spec.rounding.digits, marks is not None)
    return Desk(session, keeper, marks, html, policy, words(wording.language), wording, scans_of(answers), lambda: None)


def _students(results: Path) -> list[str]:
    """Who has a score."""
    try:
        with (results / "scores.csv").open(encoding="utf-8-sig", newline="") as file:
            return [unguarded(row.get("student_id") or "") for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise InputError(f"{results / 'scores.csv'}: cannot be read: {fault}") from None


def run(
    answers: Path,
    exam_folder: Path,
    results: Path | None,
    by: str,
    port: int,
    browser: bool,
    tell: Callable[[str], None],
) -> Ended:
    """Serves until the page ends it, or Ctrl-C. tell: is told where the page is."""
    with only_desk(answers), Journal(answers) as journal, _socket(port) as listening:
        desk = opened(answers, read_exam(exam_folder), results, journal, by)
        desk.keeper.start()
        port = listening.getsockname()[1]
        token = secrets.token_urlsafe(32)
        serve(desk, listening, token, lambda: _shown(f"http://{HERE}:{port}/?token={token}", browser, tell))
        desk.keeper.end()
        return Ended(desk.session.summary, desk.keeper.kept, desk.keeper.fault)


def _shown(address: str, browser: bool, tell: Callable[[str], None]) -> None:
    tell(address)
    if browser:
        with suppress(webbrowser.Error):
            webbrowser.open(address)


def serve(desk: Desk, listening: socket.socket, token: str, begun: Callable[[], None]) -> None:
    """Answers on an open socket until it is ended; `begun` is called once somebody may come."""
    port = listening.getsockname()[1]

    def end() -> None:
        server.should_exit = True

    app = Door(replace(desk, end=end).app(), token, {f"{HERE}:{port}", f"localhost:{port}"})
    config = uvicorn.Config(
        app, log_level="error", access_log=False, server_header=False, lifespan="off", ws="none", http="h11",
        loop="asyncio", timeout_graceful_shutdown=1, limit_concurrency=64,
    )  # fmt: skip
    server = uvicorn.Server(config)
    sys.setswitchinterval(SWITCH)
    gc.collect()
    gc.freeze()  # what is there stays: to go through it again and again would take 100 ms each time
    begun()
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


def _socket(port: int) -> socket.socket:
    """Listens on this machine alone, on any free port or this one."""
    # with the protocol named, what is accepted sends at once: else each answer waits 40 ms to be acknowledged
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would share the port with another program
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HERE, port))
        listening.listen(16)
    except OSError as fault:
        listening.close()
        raise InputError(f"--port: {port} is taken: {fault.strerror}; leave it out for any free port") from None
    return listening
