"""What the desk's page asks for and sends, as JSON; never the key, an accepted range or a verdict."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import astuple, dataclass
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from grader.decisions.overrides import Override
from grader.desk.keeper import Keeper
from grader.desk.marks import MarkDecisions
from grader.desk.pictures import picture
from grader.desk.session import DecisionError, Session
from grader.reasons import Wording
from qgen.errors import InputError
from qgen.roster import one_line

Told = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Desk:
    """All that the page needs. html, policy: the page and what it may load; folder: of the scans' pictures."""

    session: Session
    keeper: Keeper
    marks: MarkDecisions | None
    html: str
    policy: str
    words: Mapping[str, str]
    wording: Wording
    folder: Path
    end: Callable[[], None]

    def app(self) -> Starlette:
        """Every place there is."""
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/question", self.question),
                Route("/back", self.back),
                Route("/picture", self.picture),
                Route("/decide", self.decide, methods=["POST"]),
                Route("/marks", self.decisions),
                Route("/marks", self.decide_marks, methods=["POST"]),
                Route("/end", self.finish, methods=["POST"]),
            ]
        )

    async def page(self, request: Request) -> Response:
        """The page itself."""
        return HTMLResponse(self.html, headers={"content-security-policy": self.policy})

    async def question(self, request: Request) -> Response:
        """A question by its number, or the next one."""
        return self._question(_number(request, "n"))

    async def back(self, request: Request) -> Response:
        """The one decided before that one, or last."""
        number = _number(request, "n")
        before = self.session.back(-1 if number is None else number)
        return self._question(number if before is None else before)

    async def decide(self, request: Request) -> Response:
        """Keeps a decision, then answers with the next question."""
        sent = await _sent(request)
        number, action, text = (sent.get(name, "") for name in ("n", "action", "text"))
        if not (type(number) is int and isinstance(action, str) and isinstance(text, str)):
            return PlainTextResponse("no\n", 400)
        try:
            self.session.decide(number, action, text, sure=sent.get("sure") is True)
        except DecisionError as refused:
            told = self.words[refused.word].format(*refused.filling)
            if refused.reason:
                told += f" {self.wording.plain(refused.reason, refused.filling[0])}"
            return JSONResponse({"told": told, "sure": refused.sure}, 409)
        except OSError as fault:
            told = self.words["not_kept"].format(fault.strerror or fault)
            return JSONResponse({"told": told, "sure": False}, 507)
        except IndexError:
            return PlainTextResponse("no\n", 400)
        self.keeper.tell()
        return self._question(None)

    async def picture(self, request: Request) -> Response:
        """The picture of a question's answer, or of the whole page; names of files come from nowhere but the scan."""
        number = _number(request, "n")
        if number is None or number >= len(self.session.asked):
            return PlainTextResponse("no\n", 404)
        one = self.session.asked[number]
        found = picture(self.folder, one.picture if request.query_params.get("of") == "page" else one.crop)
        return Response(found[0], media_type=found[1]) if found else PlainTextResponse("no\n", 404)

    async def decisions(self, request: Request) -> Response:
        """What was decided on marks until now."""
        return self._decisions() if self.marks else PlainTextResponse("no\n", 404)

    async def decide_marks(self, request: Request) -> Response:
        """Adds a decision, or takes one back."""
        sent = await _sent(request)
        if self.marks is None or not all(isinstance(value, str) for value in sent.values()):
            return PlainTextResponse("no\n", 404)
        student, item, marks, reason = (one_line(sent.get(name, "")) for name in ("student", "item", "marks", "reason"))
        when = self.session.now().isoformat(timespec="seconds")
        try:
            if "take_back" in sent:
                self.marks.take_back(student, item)
            else:
                self.marks.decide(Override(student, item, marks, reason, self.session.by, when))
        except (InputError, OSError) as fault:
            return JSONResponse({"told": str(fault)}, 409)
        return self._decisions()

    async def finish(self, request: Request) -> Response:
        """Brings the answers up to date, says what was done, and ends the desk."""
        self.keeper.now()
        self.end()
        return JSONResponse({"summary": self._summary(), "ended": True})

    def _decisions(self) -> Response:
        assert self.marks is not None
        try:
            rows = [astuple(one) for one in self.marks.all()]
        except InputError as fault:
            return JSONResponse({"told": str(fault)}, 409)
        return JSONResponse({"students": list(self.marks.students), "decisions": rows})

    def _question(self, number: int | None) -> Response:
        session, number = self.session, self.session.next() if number is None else number
        common = {"left": len(session.left), "back": bool(session.latest), "behind": self.keeper.fault}
        if number is None:
            return JSONResponse({**common, "summary": self._summary()})
        if number >= len(session.asked):
            return PlainTextResponse("no\n", 404)
        one, after = session.asked[number], session.after(number)
        return JSONResponse(
            {
                **common,
                "n": number,
                "ahead": after if after is not None and session.asked[after].crop else None,
                "kind": one.kind,
                "paper": one.paper,
                "student": "" if one.paper else session.ids.get(one.student, one.student),
                "page": one.page,
                "item": one.item,
                "read": one.read,
                "second": one.second,
                "doubtful": int(one.doubtful) if one.doubtful.isdigit() else None,
                "combed": one.combed,
                "items": one.items,
                "why": one.why,
                "crop": bool(one.crop),
                "picture": bool(one.picture),
                "decided": session.before(one),
            }
        )

    def _summary(self) -> dict[str, Any]:
        done = self.session.summary
        audit = done.audit
        return {
            "seen": done.seen,
            "changed": done.changed,
            "left": done.left,
            "minutes": round(done.seconds / 60, 1),
            "audited": audit.seen,
            "disagreements": audit.disagreements,
            "bound": round(100 * audit.bound, 1),
        }


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


async def _sent(request: Request) -> dict[str, Any]:
    """The JSON object that was sent; empty for anything else."""
    try:
        sent = await request.json()
    except (JSONDecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return sent if isinstance(sent, dict) else {}
