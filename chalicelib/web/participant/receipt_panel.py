"""What the pages of a conversation show of its receipt: the code, and the page that it leads to."""

from msgspec import Struct

from chalicelib import container
from chalicelib.model import Thread
from chalicelib.services.participants.receipts import give_code, known_code, link_token
from chalicelib.web.participant.chat_request import ChatRequest


class ReceiptPanel(Struct, frozen=True):
    """The code in groups, empty where none is stored yet; and the address of the page."""

    code: str
    address: str


def find_receipt(chat: ChatRequest, thread: Thread | None) -> ReceiptPanel | None:
    """Returns what is shown; None where nothing has begun, and for a test run, which is nobody's.

    A thread from before there were codes gets its own with the next whole page: an answer to a script has no round trip left for it.
    """
    if thread is None or chat.tester:
        return None
    secret = container.deployment_secret()
    code = give_code(thread, deps=container.receipt_deps()) if chat.after is None else known_code(thread, secret)
    return ReceiptPanel(code, f"receipt?s={thread.session_id}&r={link_token(thread, secret)}")
