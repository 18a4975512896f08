"""The code and the private link by which somebody comes to what is stored of them, as messages have them."""

from chalicelib import container
from chalicelib.model import Thread
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.services.participants.receipts import give_code, make_url
from chalicelib.settings import settings
from chalicelib.web.kit.texts import Texts


def render_kept(thread: Thread, texts: Texts) -> str:
    """Returns, as HTML, the code and the link for whoever has come to the end; empty where there are none."""
    return render_code(thread, texts("receipt_keep"))


def render_code(thread: Thread, told: str) -> str:
    """Returns both behind what is told of them, and the command for the rest; empty where there are none."""
    code = give_code(thread, deps=container.receipt_deps())
    return f"{escape(told)}\n\n<code>{code}</code>{link_line(thread)}\n/mydata" if code else ""


def link_line(thread: Thread) -> str:
    """Returns the private link on a line of its own, as HTML; empty where the application does not know its address."""
    base = settings().public_url
    return f"\n{escape(make_url(base, thread, container.deployment_secret()))}" if base else ""
