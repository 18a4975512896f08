"""Items of private chats with the bot (table `telegram`). Only the bot's own functions import them."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.store.attributes import JsonAttribute
from chalicelib.store.tables import Telegram


class ChatItem(Telegram):
    """`chat#<token>`, `chat`: somebody's private chat with the bot."""

    expires_at = NumberAttribute()
    version = NumberAttribute()
    state = JsonAttribute()


class AttendedItem(Telegram):
    """`chat#<token>`, `session#<id>`: a session in that chat. `told_to` and the lease on telling are written by replies alone."""

    expires_at = NumberAttribute()
    version = NumberAttribute()
    state = JsonAttribute()
    told_to = NumberAttribute(default=0)
    teller = UnicodeAttribute(null=True)
    telling_until = NumberAttribute(default=0)


class UpdateItem(Telegram):
    """`chat#<token>`, `update#<id>`: what an update came to, and how much of that has been sent."""

    expires_at = NumberAttribute()
    sends = JsonAttribute()
    sent = NumberAttribute(default=0)
    sender = UnicodeAttribute(null=True)
    sending_until = NumberAttribute(default=0)
