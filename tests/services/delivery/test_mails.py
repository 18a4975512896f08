"""Mails as whoever gets them reads them: the message that SES makes of one, parsed as a mail program does."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import botocore.session
import pytest
from botocore.stub import Stubber

from chalicelib import container
from chalicelib.mail import Mail, stop_headers
from chalicelib.services.delivery import mails
from chalicelib.services.delivery.mails import write_mail
from chalicelib.services.delivery.sending import SendingDeps, hash_address, may_write, send, write_once_a_day
from chalicelib.services.delivery.stop_links import StopLink, make_stop_url, read_stop_token
from chalicelib.store.suppressions import Suppressions
from chalicelib.text.language import OWN

LINK = "https://example.org/sign-in/confirm?t=a.b&c=d"
ANN = "ann@example.org"
NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


class _Links(HTMLParser):
    """What a mail program would load or follow, and the direction it shows the mail in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.direction = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if tag == "a" and name == "href":
                self.links.append(value or "")
            elif name in ("src", "background", "srcset", "href"):
                self.loaded.append(value or "")
            elif tag == "html" and name == "dir":
                self.direction = value or ""


def arrived(mail: Mail) -> EmailMessage:
    """The mail as it goes over the wire, and as a mail program parses it."""
    sent = EmailMessage(policy=policy.SMTP)
    sent["From"], sent["To"], sent["Subject"] = "Harmonica <surveys@example.org>", mail.to, mail.subject
    for name, value in (stop_headers(mail.stop_link) if mail.stop_link else {}).items():
        sent[name] = value
    sent.set_content(mail.text)
    sent.add_alternative(mail.html, subtype="html")
    read = message_from_bytes(sent.as_bytes(), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


@pytest.mark.parametrize("language", OWN)
def test_a_mail_says_the_same_as_text_and_as_html_and_loads_nothing(language: str) -> None:
    stop = make_stop_url("https://example.org", StopLink("invitation", "s", "i", "h"), b"secret")
    values = {"code": "012345", "minutes": 15}
    mail = write_mail(
        "sign_in", "a@example.org", language, link=LINK, values=values, stop_link=stop, message="1 < 2\nTwo"
    )
    read = arrived(mail)
    plain, html = read.get_body(("plain",)), read.get_body(("html",))
    assert plain
    assert html
    text, page = plain.get_content(), html.get_content()
    found = _Links(page)
    assert found.links == [LINK, stop]
    assert not found.loaded
    assert "url(" not in page
    assert LINK in text
    assert stop in text
    assert "012345" in text
    assert "1 < 2" in text
    assert "1 &lt; 2<br>" in page
    assert found.direction == ("rtl" if language == "ar" else "ltr")
    assert not re.search(r"[{}$]", text)
    assert read["List-Unsubscribe"].strip() == f"<{stop}>"
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert read["Subject"] == mail.subject


@pytest.mark.parametrize("language", OWN)
def test_every_language_has_every_mail_with_all_that_it_tells(language: str) -> None:
    def told(tag: str) -> dict[str, object]:
        tables = tomllib.loads((Path(mails.__file__).parent / f"{tag}.toml").read_text(encoding="utf-8"))
        assert all(tables.pop(name) for name in ("stop", "privacy"))
        return {
            f"{name}.{field}": set(re.findall(r"{(\w+)}", text))
            for name in tables
            for field, text in tables[name].items()
        }

    assert told(language) == told("en")


def test_a_link_that_ends_mails_cannot_be_made_for_others() -> None:
    stop = StopLink("reminder", "session", "thread", hash_address("A@example.org", b"secret"))
    token = make_stop_url("https://example.org", stop, b"secret").partition("t=")[2]
    assert read_stop_token(token, b"secret") == stop
    assert read_stop_token(token, b"other") is None
    assert read_stop_token(token.replace("thread", "threat"), b"secret") is None
    assert read_stop_token("", b"secret") is None


@pytest.mark.usefixtures("aws")
def test_an_address_gets_one_mail_in_24_hours_and_none_once_it_is_suppressed() -> None:
    deps = container.sending_deps()
    assert write_once_a_day("ann@example.org", "one", deps=deps, now=NOW)
    assert write_once_a_day("ann@example.org", "one", deps=deps, now=NOW)  # its job is repeated
    assert not write_once_a_day("Ann@Example.org", "two", deps=deps, now=NOW + timedelta(hours=23))
    assert write_once_a_day("bob@example.org", "two", deps=deps, now=NOW)
    assert write_once_a_day("ann@example.org", "two", deps=deps, now=NOW + timedelta(hours=24))
    ann, bob = (hash_address(f"{name}@example.org", deps.secret) for name in ("ann", "bob"))
    deps.suppressions.add(ann, "stopped", NOW)
    assert not may_write("ANN@example.org", deps=deps)
    assert may_write("ann@example.org", deps=deps, asked_for=True)
    deps.suppressions.add(ann, "bounce", NOW)
    deps.suppressions.add(ann, "stopped", NOW)
    assert not may_write("ann@example.org", deps=deps, asked_for=True)
    assert deps.suppressions.find_each([ann, bob, ann]) == {ann: "bounce"}
    assert deps.suppressions.remove(ann)
    assert may_write("ann@example.org", deps=deps)


def test_an_address_is_the_same_in_each_spelling_of_its_domain() -> None:
    spelled = ("ann@bücher.example", "Ann@BÜCHER.example", "ann@xn--bcher-kva.example", "ANN@XN--BCHER-KVA.example")
    assert len({hash_address(it, b"secret") for it in spelled}) == 1
    sharp, double = (hash_address(f"ann@{it}.example", b"secret") for it in ("straße", "strasse"))
    assert sharp != double  # two domains, and maybe two people
    for no_domain in ("ann@-ü.example", "ann@" + "ü" * 80 + ".example", "@ü..", "ü"):
        assert hash_address(no_domain, b"secret")


@pytest.mark.parametrize(
    ("contact", "replies", "to", "sent_to"),
    [
        ("help@example.org", ["help@example.org"], ANN, ANN),
        ("The host", None, "Ann@bücher.example", "Ann@xn--bcher-kva.example"),
        ("help@bücher.example", ["help@xn--bcher-kva.example"], "ann@-ü.example", "ann@-ü.example"),
    ],
)
def test_ses_is_given_addresses_as_it_takes_them_what_stops_such_mails_and_where_replies_go(
    monkeypatch: pytest.MonkeyPatch, contact: str, replies: list[str] | None, to: str, sent_to: str
) -> None:
    client = botocore.session.get_session().create_client("sesv2", region_name="us-east-1")
    monkeypatch.setattr("chalicelib.mail._client", lambda: client)
    deps = SendingDeps(Suppressions(), b"secret", "surveys@example.org", contact, "harmonica-prod-mails")
    stop = [
        {"Name": "List-Unsubscribe", "Value": "<https://example.org/stop?t=1>"},
        {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
    ]
    body = {"Text": {"Data": "text", "Charset": "UTF-8"}, "Html": {"Data": "html", "Charset": "UTF-8"}}
    expected = {
        "FromEmailAddress": "Harmonica <surveys@example.org>",
        "Destination": {"ToAddresses": [sent_to]},
        "Content": {"Simple": {"Subject": {"Data": "Hello", "Charset": "UTF-8"}, "Body": body, "Headers": stop}},
        "ConfigurationSetName": "harmonica-prod-mails",
        **({"ReplyToAddresses": replies} if replies else {}),
    }
    with Stubber(client) as ses:
        ses.add_response("send_email", {"MessageId": "m"}, expected)
        send(Mail(to, "Hello", "text", "html", "https://example.org/stop?t=1"), deps=deps)
        ses.assert_no_pending_responses()
