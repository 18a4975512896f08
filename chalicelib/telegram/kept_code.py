"""The code and the private link by which somebody comes to what is stored of them, as messages have them."""

from chalicelib import container
from chalicelib.model import Thread
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.services.participants.receipts import give_code, make_url
from chalicelib.settings import settings
from chalicelib.web.kit.texts import Texts


def render_kept(thread: Thread, texts: Texts) -> str:
    """Returns, as HTML, the code and the link for whoever has come to the end; empty where there are none."""
    return render_code(thread, "receipt_keep", texts)


def render_code(thread: Thread, told: str, texts: Texts) -> str:
    """Returns both behind this text, and the command for the rest; empty where there are none."""
    code = give_code(thread, deps=container.receipt_deps())
    return f"{escape(texts(told))}\n\n<code>{code}</code>{link_line(thread, texts)}\n/mydata" if code else ""


def link_line(thread: Thread, texts: Texts) -> str:
    """Returns the private link on a line of its own, as HTML; empty where the application does not know its address."""
    base = settings().public_url
    url = make_url(base, thread, container.deployment_secret())
    return f'\n<a href="{escape(url)}">{escape(texts("receipt_open"))}</a>' if base else ""
