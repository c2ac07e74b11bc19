"""The folder that every test of the desk starts from, and the desk's app called without a network."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # desk_folder

from desk_folder import class_folder

from grader.desk.door import Door
from grader.desk.serve import opened
from grader.reading.scan.journal import Journal

HOST = "127.0.0.1:4321"
TOKEN = "the-token"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """The folder where the tests run may hold results."""
    monkeypatch.chdir(tmp_path)


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """Asks an ASGI app as a browser on the desk's page would; headers may be others."""

    def __init__(self, desk):
        self.desk, self.app = desk, Door(desk.app(), TOKEN, {HOST})

    def __call__(self, method, path, body=None, *, headers=None, chunks=None):
        given = {"host": HOST, "x-desk-token": TOKEN, "origin": f"http://{HOST}", **(headers or {})}
        parts = [json.dumps(body).encode() if body is not None else b""] if chunks is None else chunks
        path, _, query = path.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": path.encode(), "root_path": "", "query_string": query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in given.items() if v is not None],
            "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 4321),
        }  # fmt: skip
        messages = [{"type": "http.request", "body": part, "more_body": k < len(parts) - 1}
                    for k, part in enumerate(parts)]  # fmt: skip
        sent = []

        async def receive():
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        asyncio.run(self.app(scope, receive, send))
        headers = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
        return Reply(sent[0]["status"], headers, b"".join(m.get("body", b"") for m in sent[1:]))

    def decide(self, action, text="", *, n=None, sure=False):
        n = self("GET", "/question").json["n"] if n is None else n
        return self("POST", "/decide", {"n": n, "action": action, "text": text, "sure": sure})


@pytest.fixture
def folder(tmp_path):
    """An exam and its scans; the answers file."""
    exam, answers = class_folder(tmp_path)
    return exam, answers


@pytest.fixture
def client(folder):
    """The app of a desk."""
    exam, answers = folder
    (answers.parent / "results").mkdir()
    (answers.parent / "results" / "scores.csv").write_text("student_id,variant\npaper-001,001\n<b>x,002\n")
    with Journal(answers) as journal:
        yield Client(opened(answers, exam, None, journal, "AK"))
