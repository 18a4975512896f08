"""The kinds of items of Telegram: groups and their announcements, the codes that link them, private chats; no behaviour.

What does not speak of Telegram does not import them.
"""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute

from chalicelib.store.attributes import JsonAttribute
from chalicelib.store.tables import Guard, SessionPart, Telegram


class LinkItem(Guard):
    """`link#<sha256>`: a code for /setup; whoever brings it to the bot in time speaks for this user, once: in this group."""

    user_id = UnicodeAttribute()
    until = NumberAttribute(null=True)
    group_id = UnicodeAttribute(null=True)


class OpenedLinkItem(Guard):
    """`opened_link#<person in Telegram>`: with which code, `link#<sha256>`, somebody has opened the bot."""

    link = UnicodeAttribute()


class GroupItem(Telegram):
    """`user#<id>`, `group#<group_id>`: a group that a user registered."""

    group_id = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    topic_id = NumberAttribute(null=True)
    created_at = UTCDateTimeAttribute()
    status = UnicodeAttribute()


class AnnouncementItem(SessionPart):
    """`announcement#<group_id>`: the message in this group, once there is one, and what it says, by its fingerprint.

    `holder` is whoever posts or edits it, until `held_until` (seconds).
    """

    message_id = NumberAttribute(null=True)
    language = UnicodeAttribute(null=True)
    shown = UnicodeAttribute(null=True)
    holder = UnicodeAttribute(null=True)
    held_until = NumberAttribute(default=0)


class ChatItem(Telegram):
    """`chat#<token>`, `chat`: somebody's private chat with the bot."""

    expires_at = NumberAttribute()
    version = NumberAttribute()
    state = JsonAttribute()


class AttendedItem(Telegram):
    """`chat#<token>`, `session#<id>`: a session in that chat. What was told and the lease on it are written by replies alone.

    The index of groups finds the chats of a session: `group_id` is `session#<id>`, which no group of Telegram's has.
    """

    group_id = UnicodeAttribute(null=True)  # not of those from before the index had them
    created_at = UTCDateTimeAttribute(null=True)
    expires_at = NumberAttribute()
    version = NumberAttribute()
    state = JsonAttribute()
    told_to = NumberAttribute(default=0)
    told_parts = JsonAttribute(default=list)
    teller = UnicodeAttribute(null=True)
    telling_until = NumberAttribute(default=0)


class UpdateItem(Telegram):
    """`chat#<token>`, `update#<id>`: what an update came to, and how much of that has been sent."""

    expires_at = NumberAttribute()
    sends = JsonAttribute()
    sent = NumberAttribute(default=0)
    sent_parts = JsonAttribute(default=list)
    sender = UnicodeAttribute(null=True)
    sending_until = NumberAttribute(default=0)
