"""The desk answers nobody but its own page, and says nothing that a person must not know before the decision."""

import json
import re
from dataclasses import replace

import pytest
from desk_folder import ITEMS, png

from grader.decisions.overrides import read_overrides
from grader.desk.door import LONGEST
from grader.reading.scan.journal import read_journal
from qgen.decimals import plains

ROUTES = [
    ("GET", "/"), ("GET", "/?token=wrong"), ("GET", "/question"), ("GET", "/question?token=the-token"),
    ("GET", "/back"), ("GET", "/picture?n=1"), ("POST", "/decide"), ("GET", "/marks"), ("POST", "/marks"),
    ("POST", "/end"), ("GET", "/nowhere"), ("OPTIONS", "/decide"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("token", [None, "", "wrong", "the-tokenn", "ü"])
def test_nobody_comes_in_without_the_token(client, folder, method, path, token):
    reply = client(method, path, {"n": 1, "action": "blank"}, headers={"x-desk-token": token})
    assert (reply.status, reply.body) == (403, b"no\n")
    assert read_journal(folder[1]) == []


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1:4322", "127.0.0.1", "", None, "localhost.evil.example:4321"]
)
def test_another_host_s_name_is_refused(client, method, path, host):
    assert client(method, path, {}, headers={"host": host}).status == 400


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:4321", "http://127.0.0.1:4322"])
def test_another_page_s_request_is_refused(client, origin):
    for method, path in ROUTES:
        assert client(method, path, {}, headers={"origin": origin}).status == 403
    assert client("GET", "/question", headers={"sec-fetch-site": "cross-site"}).status == 403
    assert client("GET", "/question", headers={"sec-fetch-site": "same-site"}).status == 403


def test_the_page_itself_opens_by_its_address_and_sets_no_cookie(client):
    reply = client("GET", "/?token=the-token", headers={"x-desk-token": None, "origin": None})
    assert reply.status == 200
    assert "set-cookie" not in reply.headers
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert not re.search(r"https?://(?!www\.w3\.org)", policy + reply.body.decode())


@pytest.mark.parametrize("path", ["/", "/question", "/picture?n=1", "/picture?n=999", "/nowhere"])
def test_every_answer_is_guarded(client, path):
    headers = client("GET", path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'")


def test_a_body_that_is_too_long_is_refused_told_or_not(client):
    assert client("POST", "/decide", headers={"content-length": str(LONGEST + 1)}).status == 413
    assert client("POST", "/decide", headers={"content-length": "-1"}).status == 413
    assert client("POST", "/decide", chunks=[b"x" * 9000] * 2).status == 413


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff", b"[" * 9000, b'{"n":"x","action":"blank"}', b'{"n":-1,"action":"blank"}',
             b'{"n":99,"action":"blank"}', b'{"n":1e400,"action":"blank"}', b'{"n":null,"action":"blank"}'],
)  # fmt: skip
def test_what_no_page_of_ours_sends_changes_nothing(client, folder, body):
    assert client("POST", "/decide", chunks=[body]).status == 400
    assert read_journal(folder[1]) == []


def test_a_decision_leads_to_the_next_question(client, folder):
    first = client("GET", "/question").json
    assert (first["kind"], first["left"], first["back"]) == ("page", 17, False)
    second = client.decide("foreign").json
    assert (second["kind"], second["left"], second["back"]) == ("cell", 16, True)
    third = client.decide("set", second["read"]).json
    assert third["left"] == 15
    assert client("GET", f"/back?n={third['n']}").json["n"] == client("GET", "/back").json["n"] == second["n"]
    assert [entry.decided for entry in read_journal(folder[1])] == ["foreign", second["read"]]


def test_what_is_refused_is_told_and_may_be_repeated(client):
    client.decide("foreign")
    reply = client.decide("set", "0.3.1")
    assert (reply.status, reply.json["sure"]) == (409, True)
    assert "“0.3.1” cannot be read as a number" in reply.json["told"]
    assert client.decide("set", "0.3.1", sure=True).status == 200


def test_a_full_disk_is_told_and_the_question_stays(client, folder, monkeypatch):
    n = client("GET", "/question").json["n"]
    monkeypatch.setattr("os.fsync", lambda file: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    reply = client.decide("foreign")
    assert reply.status == 507
    assert "NOT KEPT: No space left on device" in reply.json["told"]
    monkeypatch.undo()
    assert client("GET", "/question").json["n"] == n
    assert read_journal(folder[1]) == []


def test_all_can_be_decided_and_the_end_tells_what_was_done(client, folder):
    while "n" in client("GET", "/question").json:
        asked = client("GET", "/question").json
        client.decide(*(("set", asked["read"]) if asked["kind"] in ("cell", "id") else ("unreadable",)))
    summary = client("POST", "/end", {}).json["summary"]
    assert (summary["seen"], summary["left"], summary["audited"], summary["disagreements"]) == (18, 0, 3, 0)
    rows = folder[1].read_text().splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == ["20261", "20262", "20263"]
    assert "?illegible" in rows[3]
    assert "?0." not in "".join(rows)


def test_neither_key_nor_range_nor_verdict_nor_audit_is_in_anything_that_is_sent(client, folder):
    exam, _ = folder
    secret = {text for table in (exam.value, exam.low, exam.high) for row in table for text in plains(row)}
    secret = {text for text in secret if len(text.strip("-0.")) > 2}
    sent = [client("GET", "/").body.decode()]
    while "n" in (asked := client("GET", "/question").json):
        sent += [json.dumps(asked), str(client("GET", f"/picture?n={asked['n']}").headers)]
        client.decide("unreadable")
    sent += [json.dumps(client("GET", "/marks").json)]
    everything = "\n".join(sent)
    assert [text for text in secret if text in everything] == []
    assert not re.search(r"credited|posterior|verdict|follow_through|\blow\b|\bhigh\b|expected", everything)


def test_pictures_come_from_the_scans_folder_alone(client, folder):
    answers = folder[1]
    (answers.parent / "secret.png").write_bytes(png())
    session = client.desk.session
    n = client.decide("foreign").json["n"]
    good = client("GET", f"/picture?n={n}")
    assert (good.status, good.headers["content-type"]) == (200, "image/png")
    assert client("GET", f"/picture?n={n}&of=page").status in (200, 404)
    names = ["../secret.png", "/etc/passwd", "..\\secret.png", str(answers.parent / "secret.png"), "x/../../secret.png",
             "readings.csv", "", ".", "c:secret.png", "\0", "no.png", "x" * 5000]  # fmt: skip
    if hasattr(answers, "symlink_to"):
        (answers.with_name("answers-scans") / "link.png").symlink_to(answers.parent / "secret.png")
        names.append("link.png")
    for name in names:
        session.asked[n] = replace(session.asked[n], crop=name, picture=name)
        assert client("GET", f"/picture?n={n}").status == 404, name
        assert client("GET", f"/picture?n={n}&of=page").status == 404, name
    for number in ("-1", "999", "x", "1" * 30, "%C2%B2"):
        assert client("GET", f"/picture?n={number}").status == 404


def test_marks_are_decided_with_a_reason_and_can_be_taken_back(client, folder):
    exam, answers = folder
    told = client("GET", "/marks").json
    assert told == {"students": ["paper-001", "<b>x"], "decisions": []}
    kept = {"student": "paper-001", "item": ITEMS[0], "marks": "0.5", "reason": "smudged <i>, but right"}
    for fault, said in (
        ({"reason": ""}, "needs a reason"),
        ({"item": "q9"}, "no item"),
        ({"marks": "-1"}, "is not a mark"),
        ({"student": "nobody"}, "no answers of student"),
    ):
        reply = client("POST", "/marks", {**kept, **fault})
        assert reply.status == 409
        assert said in reply.json["told"]
    overrides = answers.parent / "results" / "overrides.csv"
    assert not overrides.exists()
    assert client("POST", "/marks", kept).json["decisions"][0][:5] == [*kept.values(), "AK"]
    client("POST", "/marks", {**kept, "marks": "1"})
    client("POST", "/marks", {**kept, "student": "*", "marks": "2"})
    assert [(one.student, one.marks, one.by) for one in read_overrides(overrides, exam, ["paper-001"])] == [
        ("paper-001", "1", "AK"),
        ("*", "2", "AK"),
    ]
    client("POST", "/marks", {**kept, "take_back": "yes"})
    client("POST", "/marks", {**kept, "student": "*", "take_back": "yes"})
    assert not overrides.exists()


def test_hostile_texts_are_data_and_no_page(client):
    page = client("GET", "/").body.decode()
    assert "<b>x" not in page
    assert page.count("</script>") == 1
    assert client("GET", "/marks").headers["content-type"] == "application/json"
