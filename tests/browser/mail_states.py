"""The states of what brings people back, by name: invitations, reminders, conversations by mail, Telegram, and mails themselves."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

from playwright.sync_api import Page, expect

from chalicelib.services.delivery.mails import Part, write_mail
from chalicelib.services.delivery.stop_links import StopLink, make_stop_url
from tests.browser.chat_page import ChatPage
from tests.browser.devices import sign_in_as_demo_host
from tests.browser.visitor import ASK, LABEL, MORE, RECAP, SAY, State, Visitor

CLOSES_AT = "2030-06-30T21:59:00Z"


def invitations_none(visitor: Visitor) -> Page:
    """Nobody is invited yet."""
    return _invitations(visitor, visitor.session())


def invitations_some(visitor: Visitor) -> Page:
    """Some who are invited, with a link that is opened and an address that is none."""
    session = visitor.session()
    _invite(visitor, session, 3)
    page = _invitations(visitor, session)
    page.locator("#addresses").fill("nowhere")
    page.locator("button[value=invite]").click()
    expect(page.locator("#addresses-error")).to_be_visible()
    page.locator(".rows details summary").first.click()
    expect(page.locator(".rows .copy input").first).to_be_visible()
    return page


def invitations_many(visitor: Visitor) -> Page:
    """More people than a page shows."""
    session = visitor.session(access="invited")
    _invite(visitor, session, 60)
    page = _invitations(visitor, session)
    expect(page.locator("nav.actions a[href*='offset=50']")).to_have_count(1)
    page.locator("nav.actions a").click()
    expect(page.locator("main .rows > li")).to_have_count(10)
    return page


def invitations_anonymous(visitor: Visitor) -> Page:
    """Invited people of whom nobody is told who has joined."""
    session = visitor.session(anonymous=True, questions=None)
    _invite(visitor, session, 2)
    return _invitations(visitor, session)


def clock_settings(visitor: Visitor) -> Page:
    """When a session opens and ends, how long it is kept, and its reminders; hours that cannot be."""
    session = visitor.session(
        draft=True,
        opens_at="2030-06-01T07:00:00Z",
        closes_at=CLOSES_AT,
        retention_days=90,
        time_zone="Asia/Riyadh" if visitor.tongue == "ar" else "Europe/Berlin",
        reminders={"enabled": True, "after_hours": [24, 72], "text": SAY[visitor.tongue]},
    )
    page = _signed_in(visitor)
    page.goto(f"/sessions/{session}/settings")
    page.locator("#reminders_after_hours").fill("1000")
    page.locator(".save button").click()
    expect(page.locator("#reminders_after_hours-error")).to_be_visible()
    return page


def telegram_groups(visitor: Visitor) -> Page:
    """Where groups are connected: a code that was just made."""
    page = _signed_in(visitor)
    page.goto("/account/telegram")
    page.locator("[name=do][value=link]").click()
    expect(page.locator("#command")).to_be_visible()
    return page


def reminder_offered(visitor: Visitor) -> Page:
    """A box that is not ticked, and a field for an address."""
    page = visitor.joined(reminders={"enabled": True}, closes_at=CLOSES_AT).page
    page.locator("#reminders summary").click()
    expect(page.locator("[name=wanted]")).not_to_be_checked()
    return page


def reminder_wanted(visitor: Visitor) -> Page:
    """What is said behind it, and how it ends."""
    page = reminder_offered(visitor)
    page.locator("[name=wanted]").check()
    page.locator("#remind-address").fill("ben@example.com")
    page.locator("#remind button").click()
    expect(page.locator("[name=do][value=no_reminders]")).to_have_count(1)
    page.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true })")
    return page


def concluded_by_mail(visitor: Visitor) -> Page:
    """The end of a conversation, and its way to an address; the one entered is none."""
    talk = visitor.joined()
    visitor.model.concludes(RECAP[visitor.tongue])
    visitor.answered(talk)
    return _refused(talk.page)


def ended_by_mail(visitor: Visitor) -> Page:
    """A conversation in a session that has ended, to be mailed."""
    talk = visitor.answered(visitor.joined())
    ended = visitor.cloud.call("PATCH", f"/sessions/{talk.session}", {"status": "completed"})
    assert ended.status == 200, ended.body
    talk.page.goto(talk.link)
    return _refused(talk.page)


def go_on_in_telegram(visitor: Visitor) -> Page:
    """A conversation, and how it goes on elsewhere."""
    page = visitor.answered(visitor.joined()).page
    page.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true })")
    expect(page.locator("a.button[href^='https://t.me/']")).to_be_visible()
    return page


def personal_link(visitor: Visitor) -> Page:
    """What an invited person opens."""
    session = visitor.session(access="invited")
    _invite(visitor, session, 1)
    url = _invitations(visitor, session).locator(".copy input").first.input_value()
    page = visitor.stranger()
    page.goto(url)
    expect(page.locator("main button").first).to_be_visible()
    return page


def invited_only(visitor: Visitor) -> Page:
    """The link of a session that only invited people can join."""
    return ChatPage(visitor.stranger(), visitor.cloud, visitor.session(access="invited")).open().page


def stop(visitor: Visitor) -> Page:
    """The page that ends mails."""
    secret = visitor.cloud.client("secretsmanager").get_secret_value(
        SecretId=visitor.cloud.instance.outputs["DeploymentSecretArn"]
    )["SecretString"]
    address = visitor.tongue.encode().hex().zfill(32)  # of each run its own: one of them is to be stopped
    link = StopLink("reminder", str(UUID(int=1)), str(UUID(int=2)), address)
    page = visitor.page()
    page.goto(make_stop_url(visitor.cloud.url, link, secret.encode()))
    expect(page.locator("[name=which]")).to_have_count(2)
    return page


def stopped(visitor: Visitor) -> Page:
    """The same, done."""
    page = stop(visitor)
    page.locator("[name=which][value=all]").check()
    page.locator("main button").click()
    expect(page.locator("[name=which]")).to_have_count(0)
    return page


def mail_reminder(visitor: Visitor) -> Page:
    """A reminder."""
    values = {"topic": LABEL[visitor.tongue]}
    return _mail(visitor, partial(write_mail, "reminder", values=values, message=SAY[visitor.tongue]), stops=True)


def mail_invitation(visitor: Visitor) -> Page:
    """An invitation."""
    values = {
        "host": "Ana Kovač",
        "topic": LABEL[visitor.tongue],
        "facts": f"{ASK[visitor.tongue]}\n{MORE[visitor.tongue]}",
    }
    return _mail(visitor, partial(write_mail, "invitation", values=values, message=SAY[visitor.tongue]), stops=True)


def mail_sign_in(visitor: Visitor) -> Page:
    """A link and a code to sign in."""
    return _mail(visitor, partial(write_mail, "sign_in", values={"minutes": 15, "code": "123456"}), stops=False)


def mail_transcript(visitor: Visitor) -> Page:
    """A conversation."""
    told = partial(
        write_mail,
        "transcript",
        values={"topic": LABEL[visitor.tongue]},
        said=[
            Part(LABEL[visitor.tongue], ASK[visitor.tongue]),
            Part("Ben", f"{SAY[visitor.tongue]}\n{MORE[visitor.tongue]}"),
        ],
        results_link=f"{visitor.cloud.url}/results",
    )
    return _mail(visitor, told, stops=False)


def _mail(visitor: Visitor, write: Callable[..., Any], *, stops: bool) -> Page:
    """A mail as a program shows it: without the network, without a script."""
    link = f"{visitor.cloud.url}/chat?s=00000000-0000-4000-8000-000000000000"
    mail = write("ben@example.com", visitor.tongue, link=link, stop_link=f"{link}&stop=1" if stops else "")
    page = visitor.page()
    page.goto(f"data:text/html;charset=utf-8,{quote(mail.html)}")
    expect(page.locator("a").first).to_be_visible()
    return page


def _refused(page: Page) -> Page:
    page.locator(".transcript summary").click()
    page.locator("#mail").fill("nowhere@")
    page.locator("form.transcript button").click()
    expect(page.locator("#mail-error")).to_be_visible()
    return page


def _invite(visitor: Visitor, session: str, count: int) -> None:
    """Invite so many people, one of them by name."""
    people = [f"{LABEL[visitor.tongue]} <person-0@example.com>"]
    people += [f"a.person.with.a.longer.name-{number}@example.com" for number in range(1, count)]
    path = f"/sessions/{session}/participant-invitations"
    made = visitor.cloud.call("POST", path, {"emails": people, "message": SAY[visitor.tongue]})
    assert made.status in (200, 201), made.body


def _invitations(visitor: Visitor, session: str) -> Page:
    page = _signed_in(visitor)
    page.goto(f"/sessions/{session}/invitations")
    expect(page.locator("#invited")).to_be_visible()
    return page


def _signed_in(visitor: Visitor) -> Page:
    page = visitor.page()
    if not any(it["name"] == "harmonica" for it in page.context.cookies()):
        sign_in_as_demo_host(page)
    return page


MAIL_STATES: tuple[State, ...] = (
    invitations_none,
    invitations_some,
    invitations_many,
    invitations_anonymous,
    clock_settings,
    telegram_groups,
    reminder_offered,
    reminder_wanted,
    concluded_by_mail,
    ended_by_mail,
    go_on_in_telegram,
    personal_link,
    invited_only,
    stop,
    stopped,
    mail_reminder,
    mail_invitation,
    mail_sign_in,
    mail_transcript,
)
WORDY: set[State] = {
    invitations_some,
    invitations_anonymous,
    clock_settings,
    telegram_groups,
    reminder_wanted,
    ended_by_mail,
    go_on_in_telegram,
    invited_only,
    stop,
}
