"""The desk as a process: killed at any moment it has lost nothing, and no second one opens beside it."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.reading.scan.journal import read_journal

RUN = [sys.executable, "-c", "from grader.cli import app; app()", "desk", "answers.csv", "--no-browser", "--by", "AK"]
ROOT = Path(__file__).parents[3]


class Process:
    def __init__(self, folder, *words):
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [*RUN, *words], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.first = self.process.stdout.readline()
        found = re.search(r"http://127.0.0.1:(\d+)/\?token=(\S+)", self.first)
        self.port, self.token = (int(found[1]), found[2]) if found else (0, "")

    def __call__(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, body and json.dumps(body), {"X-Desk-Token": self.token})
        reply = connection.getresponse()
        data = reply.read()
        connection.close()
        return json.loads(data) if reply.status == 200 else reply.status

    def end(self, number=None):
        if number:
            self.process.send_signal(number)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, self.first + out, err


def test_a_desk_that_is_killed_at_any_moment_has_lost_nothing_and_asks_nothing_twice(folder):
    answers = folder[1]
    told, asked = {}, []
    for kill, wait in enumerate([0, 0.3, 1.0, 1.02]):  # an answers file is written after about a second
        desk = Process(answers.parent)
        question = desk("GET", "/question")
        for k in range(5):
            if "n" not in question:
                break
            asked.append((question["paper"], question["item"], question["kind"]))
            text = f"0.{kill}{k}11"
            cell = question["kind"] in ("cell", "id")
            body = {"n": question["n"], "action": "set" if cell else "unreadable", "text": text}
            question = desk("POST", "/decide", body)
            if cell:
                told[asked[-1][:2]] = text
        time.sleep(wait)
        desk.end(signal.SIGKILL)
        kept = {entry.decided for entry in read_journal(answers)}
        assert set(told.values()) <= kept
        rows = answers.read_text().splitlines()
        assert len(rows) == 4
        assert {row.count(",") for row in rows} == {rows[0].count(",")}
    assert len(asked) == len(set(asked)) == 17
    desk = Process(answers.parent)
    assert desk("GET", "/question")["left"] == 0
    assert desk("POST", "/end", {})["ended"]
    code, out, err = desk.end()
    assert (code, "0 left" in out) == (0, True)
    text = answers.read_text()
    assert [value for value in told.values() if value not in text] == []
    assert "Traceback" not in err
    assert [path.name for path in answers.parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_cleanly_with_the_answers_up_to_date(folder, number):
    answers = folder[1]
    desk = Process(answers.parent)
    first = desk("GET", "/question")
    question = desk("POST", "/decide", {"n": first["n"], "action": "foreign"})
    desk("POST", "/decide", {"n": question["n"], "action": "set", "text": "0.7777"})
    code, out, err = desk.end(number)
    assert code == 0
    assert "1 answer decided, 1 of them changed" in out
    assert "to go on: grader desk answers.csv" in out
    assert "Traceback" not in err
    assert "0.7777" in answers.read_text()


def test_a_second_desk_is_refused_and_a_killed_one_leaves_no_lock(folder):
    answers = folder[1]
    desk = Process(answers.parent)
    code, _, err = Process(answers.parent).end()
    assert code == 1
    assert err == "answers.csv: another desk is open for these answers; end that one first\n"
    desk.end(signal.SIGKILL)
    again = Process(answers.parent)
    assert again("GET", "/question")["left"] == 17
    again.end(signal.SIGKILL)


def test_a_cell_that_is_edited_by_hand_meanwhile_stays_and_is_told(folder):
    answers = folder[1]
    desk = Process(answers.parent)
    question = desk("POST", "/decide", {"n": desk("GET", "/question")["n"], "action": "foreign"})
    answers.write_text(answers.read_text().replace(f"?{question['read']}", "0.4242"))
    desk("POST", "/decide", {"n": question["n"], "action": "set", "text": "0.7777"})
    desk("POST", "/end", {})
    code, out, _ = desk.end()
    assert code == 0
    assert f"edited by hand in answers.csv meanwhile, and left as they are: paper-001 {question['item']}" in out
    assert "0.4242" in answers.read_text()


def test_nothing_of_the_key_or_the_token_is_in_the_log(folder):
    desk = Process(folder[1].parent)
    desk("GET", "/question")
    desk("POST", "/decide", {"n": "x"})
    desk("POST", "/end", {})
    code, out, err = desk.end()
    assert (code, err) == (0, "end it there, or here with Ctrl-C; whatever was decided is kept\n")
    assert out.count(desk.token) == 1


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs a list of who listens")
def test_only_this_machine_is_listened_to(folder):
    desk = Process(folder[1].parent)
    places = [line.split()[1:4] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    assert [place for place, _, state in places if place.endswith(f":{desk.port:04X}") and state == "0A"] == [
        f"0100007F:{desk.port:04X}"
    ]
    desk.end(signal.SIGKILL)


@pytest.mark.parametrize(
    ("words", "told"),
    [(("--results", "nowhere"), "--results: nowhere: is no results folder"), (("--exam", "nowhere"), "nowhere")],
)
def test_what_is_not_there_is_told(folder, words, told):
    code, _, err = Process(folder[1].parent, *words).end()
    assert code == 1
    assert told in err
    assert "Traceback" not in err


def test_without_the_extra_one_line_says_what_to_install(folder):
    hide = "import sys; sys.modules['uvicorn'] = None; from grader.cli import app; app()"
    done = subprocess.run(
        [sys.executable, "-c", hide, "desk", "answers.csv"], cwd=folder[1].parent, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == 'the desk needs uvicorn; install it with: pip install "backprop-exam[desk]"\n'
