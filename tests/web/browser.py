"""A browser without scripts: it keeps cookies, follows redirects, reads pages and fills in their forms."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

from chalice.test import Client, HTTPResponse

from app import app
from tests import leaks

_SPACES = re.compile(r"[ \t\n\r\f]+")  # what HTML shows as one space; a space that does not break stays what it is
_VOID = {"meta", "link", "input", "img", "rect", "path", "br", "hr"}


@dataclass
class Form:
    """A form of a page: what it would send as it stands, and its button."""

    fields: dict[str, str] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)  # what can be chosen: the field's name, and a value
    button: str = ""
    id: str = ""
    action: str = ""
    buttons: list[tuple[str, str]] = field(default_factory=list)  # those that say which was pressed: name, value
    elsewhere: dict[tuple[str, str], str] = field(default_factory=dict)  # where the script sends it for such a button


@dataclass
class Page:
    """An answer, read as HTML: its visible text, its forms, the entries of the log as (speaker, words)."""

    status: int
    headers: dict[str, str]
    html: str
    text: str
    forms: list[Form]
    log: list[tuple[str, str]]
    links: list[str]

    def form(self, button: str) -> Form:
        """The form with this button."""
        return next(form for form in self.forms if form.button == button)

    def noted_form(self) -> Form:
        """The one form that carries what was stored as its page was made."""
        (form,) = [form for form in self.forms if "noted" in form.fields]
        return form

    def has_form(self, button: str) -> bool:
        return any(form.button == button for form in self.forms)


@dataclass
class Browser:
    """One person's browser."""

    client: Client = field(default_factory=lambda: Client(app))
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=lambda: {"Sec-Fetch-Site": "same-origin"})
    keeps_cookies: bool = True

    @property
    def names(self) -> dict[str, str]:
        """The cookies that name somebody, beside the one that names the browser."""
        return {name: value for name, value in self.cookies.items() if name.startswith(("hm_", "hr_", "ht_"))}

    def open(self, path: str) -> Page:
        """Visit an address."""
        return self.read(self.request("GET", path))

    def get(self, path: str) -> HTTPResponse:
        """Visit an address; the bare answer."""
        return self.request("GET", path)

    def chat(self, session: dict[str, str]) -> Page:
        """Visit a session's link."""
        return self.open(f"/chat?s={session['id']}")

    def submit(self, form: Form, **fields: str) -> Page:
        """Send a form with these fields over what it holds, and follow the redirect."""
        return self.follow(self.post(form, **fields))

    def follow(self, answer: HTTPResponse) -> Page:
        """Go where an answer sends a browser, as far as that leads."""
        while answer.status_code in (302, 303):
            answer = self.get("/" + answer.headers["Location"].partition("#")[0])
        return self.read(answer)

    def post(self, form: Form, **fields: str) -> HTTPResponse:
        """Send a form; the bare answer."""
        return self.send(urlencode(form.fields | fields).encode())

    def send(self, body: bytes, **headers: str) -> HTTPResponse:
        """Send any body as a form."""
        return self.request("POST", "/chat", body, {"Content-Type": "application/x-www-form-urlencoded", **headers})

    def leave(self, session: dict[str, str]) -> Page:
        """Say that it is somebody else now."""
        return self.submit(self.open(f"/chat?s={session['id']}&leave=1").form("Forget it and start new"))

    def join(self, session: dict[str, str], **answers: str) -> Page:
        """Start the conversation."""
        return self.submit(self.chat(session).form("Start the conversation"), **answers)

    def say(self, session: dict[str, str], words: str) -> Page:
        """Write a message and send it."""
        return self.submit(self.chat(session).form("Send"), content=words)

    def request(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> HTTPResponse:
        """Send anything; the bare answer."""
        if method == "POST":
            leaks.SAID.note_request(path, body)
        sent = self.headers | (headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.client.http.request(method, path, headers=sent, body=body)
        set_cookie = answer.headers.get("Set-Cookie", [])
        for header in ([set_cookie] if isinstance(set_cookie, str) else set_cookie) if self.keeps_cookies else []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value  # in the place that it has: browsers send the oldest first
            if not value:
                del self.cookies[name]
        return answer

    def read(self, answer: HTTPResponse) -> Page:
        """The page that is the answer; every element of it is closed in its place."""
        html = answer.body.decode()
        reader = _Reader()
        reader.feed(html)
        reader.close()
        assert not reader.open_tags, f"not closed: {reader.open_tags}"
        text = " ".join(_SPACES.split("".join(reader.texts))).strip()
        return Page(answer.status_code, dict(answer.headers), html, text, reader.forms, reader.log(), reader.links)


class _Reader(HTMLParser):
    """Reads forms, text and log, and checks that every element is closed in its place."""

    def __init__(self) -> None:
        super().__init__()
        self.open_tags: list[str] = []
        self.texts: list[str] = []
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._entries: list[tuple[list[str], list[str]]] = []
        self._field: str | None = None
        self._buttons: dict[str, str] = {}  # those that stand outside of their form, by its id
        self._button_of = ""

    def close(self) -> None:
        super().close()
        for form in self.forms:
            form.button = self._buttons.get(form.id, form.button)

    def log(self) -> list[tuple[str, str]]:
        return [("".join(speaker).strip(), "".join(words).strip("\n")) for speaker, words in self._entries]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self.open_tags.append(tag)
        if tag == "a":
            self.links.append(given["href"])
        elif tag == "form":
            self.forms.append(Form(id=given.get("id", ""), action=given.get("action", "")))
        elif tag == "button":
            self._button(given)
        elif tag == "input":
            self._input(given)
        elif tag in ("textarea", "select") and "name" in given:
            self._field = given["name"]
            self.forms[-1].fields[self._field] = ""
        elif tag == "option" and self._field:
            self._option(self._field, given)
        if tag == "article":
            self._entries.append(([], []))
        elif self._entries and tag in ("p", "br", "li") and "article" in self.open_tags:
            self._entries[-1][1].append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<rect/>` opens nothing."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag, tag
        if tag in ("textarea", "select"):
            self._field = None

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open_tags):
            self.texts.append(data)
        if self.open_tags[-1:] == ["textarea"] and self._field:
            self.forms[-1].fields[self._field] += data.removeprefix("\n")
        elif "article" in self.open_tags and "h2" in self.open_tags:
            self._entries[-1][0].append(data)
        elif "article" in self.open_tags and "div" in self.open_tags[self.open_tags.index("article") :]:
            self._entries[-1][1].append(data)
        elif "button" in self.open_tags[-2:] and self._button_of:
            self._buttons[self._button_of] = data.strip()
        elif "button" in self.open_tags[-2:] and "form" in self.open_tags:
            self.forms[-1].button = data.strip()
        elif "form" in self.open_tags and {"label", "legend"} & set(self.open_tags):
            self.forms[-1].labels.append(data.strip())

    def _button(self, given: dict[str, str]) -> None:
        self._button_of = given.get("form", "")
        if "name" in given and "form" in self.open_tags:
            button = (given["name"], given.get("value", ""))
            self.forms[-1].buttons.append(button)
            if target := given.get("hx-post"):
                self.forms[-1].elsewhere[button] = target

    def _option(self, name: str, given: dict[str, str]) -> None:
        self.forms[-1].options.append((name, given["value"]))
        if "selected" in given:
            self.forms[-1].fields[name] = given["value"]

    def _input(self, given: dict[str, str]) -> None:
        is_choice = given["type"] in ("radio", "checkbox")
        if is_choice and "name" in given:
            self.forms[-1].options.append((given["name"], given["value"]))
        if "name" in given and (not is_choice or "checked" in given):
            self.forms[-1].fields[given["name"]] = given.get("value", "")
