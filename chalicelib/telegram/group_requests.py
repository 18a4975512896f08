"""What a group asks of the hosts that it is linked to: a session. Anybody there may; who it was, and what they wrote, goes nowhere."""

from chalicelib import container
from chalicelib.services.access.rate_limits import GROUP_REQUESTS, count_group_request
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.services.notifications.group_requests import tell_request
from chalicelib.telegram.groups import name_hosts
from chalicelib.telegram.incoming import Incoming, Step


def ask_for_session(incoming: Incoming, words: str) -> Step:
    """Has the hosts of this group told that it asks for a session, and says in the group which of them know. Where it is sent again and
    again, the bot falls silent for the rest of the hour."""
    group_id = str(incoming.chat_id)
    guards, secret = container.guards(), container.deployment_secret()
    if count_group_request(group_id, guards=guards, secret=secret, now=incoming.now) > GROUP_REQUESTS:
        return Step()
    found = container.telegram_groups().of_group(group_id)
    linked = [it.user_id for it in found if it.group.status == "confirmed"]
    if not linked:
        return Step((incoming.say(incoming.texts("request_unlinked", bot=incoming.bot)),))
    told = []
    for user_id, name in name_hosts(incoming, linked).items():
        is_new = tell_request(user_id, group_id, deps=container.request_deps())
        told.append(incoming.texts("request_told" if is_new else "request_known", host=f"<b>{escape(name)}</b>"))
    if words.strip():
        told.append(incoming.texts("request_words"))
    return Step((incoming.say("\n".join(told)),))
