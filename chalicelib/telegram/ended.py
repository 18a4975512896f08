"""What somebody is told in a private chat who comes back to a conversation of a session that has ended: thanks, and where results are."""

from chalicelib import container
from chalicelib.model import Session, Thread
from chalicelib.services.access.results_links import LinkHolder, participants_url
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.services.results.sections import has_results_for
from chalicelib.services.synthesis.visibility import LEAST
from chalicelib.settings import settings
from chalicelib.web.kit.texts import Texts


def render_ended(session: Session, thread: Thread, texts: Texts) -> str:
    """Returns it as HTML."""
    said = escape(texts("closed_mine"))
    if session.results_shown_to == "host":
        return f"{said} {escape(texts('results_for_host'))}"
    links = link_results(session, thread, texts) if thread.message_count else ()
    return "\n\n".join((said, *links))


def link_results(session: Session, thread: Thread, texts: Texts) -> tuple[str, ...]:
    """Returns the link of this person's own to the results, as HTML, where they may see them: to look at, or to keep for later."""
    secret, now = container.deployment_secret(), container.clock().now()
    holder = LinkHolder("thread", thread.id, thread.generation)
    url = participants_url(settings().public_url, session, holder, secret=secret, now=now)
    if not url:
        return ()
    if has_results_for(session, thread, sessions=container.sessions(), now=now):
        return (f'<a href="{escape(url)}">{texts("see_others")}</a>',)
    link = f'<a href="{escape(url)}">{texts("results_heading")}</a>'
    is_over = session.status_at(now) == "completed"
    told = texts("end_results_over") if is_over else texts("end_results_few", count=LEAST)
    return (f"{told} {texts('end_keep', link=link)}",)
