"""Brings updates to the bot's webhook: those of a chat one after the other, several chats at once. What is not taken comes again."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import urllib3

from infra.local.telegram.state import Telegram, Webhook

Json = dict[str, Any]

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
SECONDS = 60  # in which an update has to be taken
AT_ONCE = 20


def chat_of(update: Json) -> int:
    """The chat that an update is of."""
    what = next(it for name, it in update.items() if name != "update_id")
    return int((what.get("message") or what)["chat"]["id"])


class Delivery:
    """The threads that do it."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._http = urllib3.PoolManager(maxsize=AT_ONCE)
        self._pool = ThreadPoolExecutor(AT_ONCE, "delivery")
        self._busy: set[int] = set()
        self._waits: dict[int, tuple[float, float]] = {}  # of a chat: until when, and how long
        self._is_over = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Delivery":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        with self._telegram.news:
            self._telegram.news.notify_all()
        self._thread.join()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while not self._is_over:
            with self._telegram.news:
                for update in self._ready():
                    self._busy.add(chat_of(update))
                    self._pool.submit(self._bring, update, self._telegram.state.webhook)
                self._telegram.news.wait(0.25)

    def _ready(self) -> list[Json]:
        """The oldest update of each chat whose turn it is."""
        webhook, now = self._telegram.state.webhook, time.monotonic()
        firsts: dict[int, Json] = {}
        for update in self._telegram.state.updates if webhook.url else ():
            firsts.setdefault(chat_of(update), update)
        free = min(AT_ONCE, webhook.max_connections) - len(self._busy)
        ready = [
            it for chat, it in firsts.items() if chat not in self._busy and self._waits.get(chat, (0.0, 0.0))[0] <= now
        ]
        return ready[: max(0, free)]

    def _bring(self, update: Json, webhook: Webhook) -> None:
        trouble = self._send(update, webhook)
        chat = chat_of(update)
        with self._telegram.news:
            self._busy.discard(chat)
            if trouble:
                webhook.last_error_date, webhook.last_error_message = int(self._telegram.now()), trouble
                wait = min(LONGEST_WAIT, self._waits.get(chat, (0.0, FIRST_WAIT / 2))[1] * 2)
                self._waits[chat] = (time.monotonic() + wait, wait)
            else:
                self._waits.pop(chat, None)
                if update in self._telegram.state.updates:
                    self._telegram.state.updates.remove(update)
            self._telegram.note_change()

    def _send(self, update: Json, webhook: Webhook) -> str:
        """Call the webhook; what went wrong, nothing where it took the update."""
        headers = {"Content-Type": "application/json", SECRET_HEADER: webhook.secret_token}
        try:
            answer = self._http.request(
                "POST", webhook.url, body=json.dumps(update).encode(), headers=headers, retries=False, timeout=SECONDS
            )
        except urllib3.exceptions.HTTPError as error:
            return f"Connection failed: {type(error).__name__}"
        return "" if 200 <= answer.status < 300 else f"Wrong response from the webhook: {answer.status} {answer.reason}"
