"""The stand-in beside the local cloud: it keeps what happened there in a file, and brings updates to the bot."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from infra.local.instance import write_private
from infra.local.telegram.actions import seed
from infra.local.telegram.delivery import Delivery
from infra.local.telegram.page_server import PageHandler
from infra.local.telegram.server import serving
from infra.local.telegram.state import Telegram

FILE = "telegram.json"
SAVE_SECONDS = 1.0


@contextmanager
def beside(folder: Path, port: int) -> Iterator[Telegram]:
    """The stand-in on this port, with what was there when it ended last."""
    telegram = _load(folder / FILE)
    over = threading.Event()
    saving = threading.Thread(target=_keep, args=(telegram, folder / FILE, over), daemon=True)
    with serving(telegram, PageHandler, port), Delivery(telegram):
        saving.start()
        try:
            yield telegram
        finally:
            over.set()
            saving.join()


def _load(file: Path) -> Telegram:
    """What was kept; where nothing was, or what is there cannot be read, a beginning."""
    try:
        telegram = Telegram(state=Telegram.load(file.read_bytes()))
    except (FileNotFoundError, msgspec.MsgspecError):
        telegram = Telegram()
        seed(telegram)
    # The cloud may be somewhere else now: whoever starts it says where.
    telegram.state.webhook.url = ""
    return telegram


def _keep(telegram: Telegram, file: Path, over: threading.Event) -> None:
    """Save what is new, about once a second."""
    saved = -1
    while True:
        is_last = over.wait(SAVE_SECONDS)
        if telegram.changed != saved:
            saved = telegram.changed
            write_private(file, telegram.save().decode())
        if is_last:
            return
