"""What is stored of a session, read straight from the tables and decoded here: nothing of the application has a part in it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property
from typing import Any

import boto3

_OF_HOSTS = ("session", "context", "questions", "prompt#", "edit#")


@dataclass(frozen=True)
class Entry:
    """A message; `widget` is what it presents, `value` what was chosen in one."""

    id: str
    sequence: int
    role: str
    words: str
    at: datetime
    widget: dict[str, Any] | None
    value: Any


@dataclass(frozen=True)
class Person:
    """Somebody's head, form, messages and digest, put together."""

    id: str
    head: dict[str, Any]
    form: dict[str, dict[str, Any]]
    log: tuple[Entry, ...]
    digest: dict[str, Any]
    comment: str

    @property
    def said(self) -> list[Entry]:
        """What they said themselves."""
        return [entry for entry in self.log if entry.role == "user"]

    @property
    def name(self) -> str | None:
        return self.head.get("name")

    @property
    def included(self) -> bool:
        return bool(self.head.get("included", True))

    @property
    def test(self) -> bool:
        return bool(self.head.get("test", False))

    @property
    def concluded(self) -> bool:
        return bool(self.head.get("concluded", False))

    @property
    def began(self) -> datetime:
        return datetime.fromisoformat(self.head["created_at"])

    @property
    def points(self) -> list[dict[str, Any]]:
        """What their digest says that they hold."""
        return list(self.digest.get("points", ()))

    @property
    def counts(self) -> bool:
        """Whether they are a person in the results."""
        return self.included and not self.test

    @property
    def spoke(self) -> bool:
        return bool(self.said)


@dataclass(frozen=True)
class Stored:
    """Everything of a session that numbers are made of."""

    id: str
    session: dict[str, Any]
    questions: list[dict[str, Any]]
    themes: dict[str, dict[str, Any]]
    people: tuple[Person, ...]
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def counted(self) -> list[Person]:
        """Who is a person in the results."""
        return [person for person in self.people if person.counts]

    @cached_property
    def carriers(self) -> Mapping[str, Mapping[str, str]]:
        """By theme as it is today, who in the results speaks of it, and where they stand."""
        taken: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for person in self.counted:
            for point in person.points:
                if live := self.live(point.get("theme")):
                    taken[live][person.id].append(point.get("stance", "neutral"))
        return {theme: {who: stance_of(said) for who, said in people.items()} for theme, people in taken.items()}

    @property
    def host_texts(self) -> list[str]:
        """What the host wrote."""
        return [json.dumps(item, ensure_ascii=False) for part, item in self.parts.items() if part.startswith(_OF_HOSTS)]

    def without(self, person_id: str) -> "Stored":
        """The same, as if somebody had never come."""
        return replace(self, people=tuple(it for it in self.people if it.id != person_id))

    def live(self, theme: str | None) -> str | None:
        """The theme that an id stands for today."""
        while theme is not None and theme in self.themes and self.themes[theme].get("alias_of"):
            theme = self.themes[theme]["alias_of"]
        return theme if theme in self.themes else None


def read_stored(session_id: str) -> Stored:
    """Everything that the tables have of a session."""
    parts = {item["part"]: item for item in _items("sessions", session_id)}
    talks: dict[str, dict[str, Any]] = {}
    for item in _items("conversations", session_id):
        kind, thread_id, *_ = item["part"].split("#")
        of_person = talks.setdefault(thread_id, {"message": []})
        if kind == "message":
            of_person["message"].append(item)
        else:
            of_person[kind] = item
    themes = [json.loads(item["theme"]) for part, item in parts.items() if part.startswith("theme#")]
    return Stored(
        session_id,
        parts["session"],
        json.loads(parts["questions"]["questions"]) if "questions" in parts else [],
        {theme["id"]: theme for theme in themes},
        tuple(_person(thread_id, talk) for thread_id, talk in talks.items() if "thread" in talk),
        parts,
    )


def stance_of(stances: Iterable[str]) -> str:
    """Where somebody stands who said all of this."""
    clear = {stance for stance in stances if stance != "neutral"}
    if len(clear) > 1:
        return "mixed"
    return clear.pop() if clear else "neutral"


def everything() -> Iterator[str]:
    """Every item of every table, as text."""
    client = _client()
    for table in client.list_tables()["TableNames"]:
        for page in client.get_paginator("scan").paginate(TableName=table):
            for item in page["Items"]:
                yield json.dumps(_plain(item), ensure_ascii=False, default=str)


def _person(thread_id: str, talk: dict[str, Any]) -> Person:
    head = talk["thread"]
    digest = dict(talk.get("digest", {}))
    if digest:
        digest["points"] = json.loads(digest["points"])
    form = json.loads(talk["form"]["answers"]) if "form" in talk else []
    log = sorted((_entry(item) for item in talk["message"]), key=lambda entry: entry.sequence)
    begins_behind = int(head.get("starts_after", 0))
    return Person(
        thread_id,
        head,
        {answer["question_id"]: answer for answer in form},
        tuple(entry for entry in log if entry.sequence > begins_behind),
        digest,
        talk.get("comment", {}).get("text", ""),
    )


def _entry(item: dict[str, Any]) -> Entry:
    return Entry(
        item["id"],
        int(item["sequence"]),
        item["role"],
        item["content"],
        datetime.fromisoformat(item["created_at"]),
        json.loads(item.get("widget_spec") or "null"),
        json.loads(item.get("widget_value") or "null"),
    )


def _items(table: str, session_id: str) -> Iterator[dict[str, Any]]:
    asked = {
        "TableName": table,
        "KeyConditionExpression": "session_id = :id",
        "ExpressionAttributeValues": {":id": {"S": session_id}},
    }
    for page in _client().get_paginator("query").paginate(**asked):
        yield from map(_plain, page["Items"])


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(held) for name, held in item.items()}


def _value(held: dict[str, Any]) -> Any:
    (kind, value), *_ = held.items()
    if kind == "N":
        return float(value) if "." in value else int(value)
    if kind == "M":
        return _plain(value)
    if kind == "L":
        return [_value(it) for it in value]
    return None if kind == "NULL" else value


@cache
def _client() -> Any:
    return boto3.client("dynamodb")
