"""The page on which anybody can play all parts: a group, and the private chats of people, in one window."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from infra.local.telegram.actions import ACTIONS
from infra.local.telegram.server import Handler
from infra.local.telegram.state import Telegram

Json = dict[str, Any]

FOLDER = Path(__file__).with_name("page")
FILES = {
    "/": ("index.html", "text/html"),
    "/page.js": ("page.js", "text/javascript"),
    "/page.css": ("page.css", "text/css"),
}
NEWS_SECONDS = 20.0  # that a page waits for news
MOST_SHOWN = 200  # messages of a chat
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def view(telegram: Telegram) -> Json:
    """All that the page shows."""
    state, now = telegram.state, telegram.now()
    chats = []
    for chat in state.chats.values():
        told = msgspec.to_builtins(chat, str_keys=True)
        is_typing = chat.typing_until > now
        chats.append(
            told | {"messages": chat.messages[-MOST_SHOWN:], "typing_for": chat.typing_until - now if is_typing else 0}
        )
    return {
        "version": telegram.changed,
        "bot": telegram.bot,
        "people": [msgspec.to_builtins(account) for account in state.accounts.values()],
        "chats": chats,
        "answers": {tap.id: tap.answers[-1] for tap in list(state.taps.values())[-50:] if tap.answers},
        "commands": state.commands,
        "trouble": state.webhook.last_error_message if state.updates else "",
        "waiting": len(state.updates),
    }


class PageHandler(Handler):
    """Answers the bot, and the page. Another site's page gets nothing, and moves nobody."""

    def take(self, body: bytes) -> None:
        """Answer a request, whoever's it is."""
        url = urlsplit(self.path)
        if url.path not in (*FILES, "/news", "/act"):
            super().take(body)
        elif not self._is_ours():
            self.send(403, b"{}")
        elif url.path in FILES:
            name, kind = FILES[url.path]
            self.send(200, (FOLDER / name).read_bytes(), f"{kind}; charset=utf-8", **HEADERS)
        elif url.path == "/news":
            known = parse_qs(url.query).get("after", ["-1"])[0]
            self.send(200, self._news(int(known)), **HEADERS)
        elif self.headers.get("Content-Type") != "application/json":
            self.send(415, b"{}")
        else:
            self.send(200, self._act(json.loads(body)), **HEADERS)

    def _act(self, told: Json) -> bytes:
        action = ACTIONS.get(told.pop("do", ""))
        try:
            with self.telegram.news:
                done = action(self.telegram, **told) if action else {"problem": "Nobody can do that"}
                self.telegram.note_change()
        except LookupError as error:
            done = {"problem": str(error.args[0])}
        return json.dumps(done or {}).encode()

    def _news(self, known: int) -> bytes:
        with self.telegram.news:
            self.telegram.news.wait_for(lambda: self.telegram.changed != known, NEWS_SECONDS)
            return json.dumps(view(self.telegram)).encode()

    def _is_ours(self) -> bool:
        """Whether a request comes from the page itself, or from somebody who opens it, under its own address."""
        host = self.headers.get("Host", "").rpartition(":")[0]
        return host in ("127.0.0.1", "localhost") and self.headers.get("Sec-Fetch-Site", "none") in (
            "none",
            "same-origin",
        )
