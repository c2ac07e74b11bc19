"""Whom the desk answers: this machine's browser, with the token, from the desk's own page; nobody else."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from hmac import compare_digest
from urllib.parse import parse_qs

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST = 1 << 14  # bytes of what a page sends
TOKEN = b"x-desk-token"
HEADERS = {
    b"cache-control": b"no-store",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}
NOTHING = b"default-src 'none'; frame-ancestors 'none'"  # what anything but the page itself may load


def refusal(
    method: str, path: str, query: bytes, headers: Iterable[tuple[bytes, bytes]], token: str, hosts: Collection[str]
) -> int:
    """The status of a request that is refused; 0 for one that may come in.

    The Host must be one of the desk's own: a name that an attacker makes lead here is another one. The Origin, where
    there is one, must be the desk's page. The token stands in a header; in the query only for the page itself.
    """
    headers = list(headers)
    found = {name: [value for key, value in headers if key == name] for name, _ in headers}
    host = found.get(b"host", [])
    if len(host) != 1 or host[0].decode("latin-1").lower() not in hosts:
        return 400
    if any(origin != b"http://" + host[0] for origin in found.get(b"origin", [])):
        return 403
    if any(site not in (b"same-origin", b"none") for site in found.get(b"sec-fetch-site", [])):
        return 403
    given = found.get(TOKEN, [])
    if not given and method == "GET" and path == "/":
        given = [text.encode() for text in parse_qs(query.decode("latin-1")).get("token", [])]
    if len(given) != 1 or not compare_digest(given[0], token.encode()):
        return 403
    length = found.get(b"content-length", [b"0"])[0]
    return 413 if not length.isdigit() or int(length) > LONGEST else 0


class Door:
    """Stands before the app: lets nobody else in, and no body that is too long; adds the headers that guard a page."""

    def __init__(self, app: ASGIApp, token: str, hosts: Collection[str]) -> None:
        self.app, self.token, self.hosts = app, token, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                more = {**HEADERS, b"content-security-policy": NOTHING}
                message["headers"] = [*message["headers"], *((k, v) for k, v in more.items() if k not in there)]
            await send(message)

        status = refusal(
            scope["method"], scope["path"], scope["query_string"], scope["headers"], self.token, self.hosts
        )
        body = b"" if status else await _body(receive)
        if status or body is None:
            await PlainTextResponse("no\n", status or 413)(scope, receive, guarded)
            return
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def again() -> Message:
            return next(messages, None) or await receive()

        await self.app(scope, again, guarded)


async def _body(receive: Receive) -> bytes | None:
    """What a request brings; None if it is too much."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
        if len(body) > LONGEST:
            return None
    return body
