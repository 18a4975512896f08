"""The kinds of items in `conversations`, typed; no behaviour."""

from pynamodb.attributes import (
    BooleanAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
)

from chalicelib.store.attributes import DigestCountsAttribute, JsonAttribute, NamesAttribute
from chalicelib.store.tables import ConversationPart


class ThreadItem(ConversationPart):
    """`thread#<t>`: the head of a conversation, at most 1 KB. `due_kind` is `stale#<shard>` while its digest is behind."""

    scope = UnicodeAttribute()
    external_id = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    created_at = UTCDateTimeAttribute()
    prompt_version = NumberAttribute()
    starts_after = NumberAttribute(default=0)
    last_sequence = NumberAttribute(default=0)
    last_said = NumberAttribute(default=0)
    answered_to = NumberAttribute(default=0)
    digested_to = NumberAttribute(default=0)
    message_count = NumberAttribute(default=0)
    first_message_at = UTCDateTimeAttribute(null=True)
    last_message_at = UTCDateTimeAttribute(null=True)
    concluded = BooleanAttribute(default=False)
    included = BooleanAttribute(default=True)
    turn_id = UnicodeAttribute(null=True)
    leased_until = UTCDateTimeAttribute(null=True)
    counts = DigestCountsAttribute(attr_name="voice")  # as stored heads have it
    rating = NumberAttribute(null=True)
    digest_tries = NumberAttribute(null=True)
    digest_tried_to = NumberAttribute(null=True)
    digest_after = UTCDateTimeAttribute(null=True)
    source = UnicodeAttribute(null=True)
    generation = NumberAttribute(default=0)
    test = BooleanAttribute(default=False)
    concluded_at = UTCDateTimeAttribute(null=True)
    rated_at = UTCDateTimeAttribute(null=True)
    edits = NumberAttribute(default=0)
    invitation_id = UnicodeAttribute(null=True)
    models = UnicodeAttribute(default="stage")
    quotable = BooleanAttribute(default=True)
    passed_on = BooleanAttribute(default=True)
    receipt = UnicodeAttribute(null=True)


class ErasureItem(ConversationPart):
    """`erasure#<t>`: a thread was deleted, and messages up to this sequence number are still to go. `due_kind` is `erasure#<shard>`.

    `records` are the ids of the records of this deletion, and of those before that did not come to their end.
    """

    up_to = NumberAttribute()
    records = UnicodeSetAttribute(null=True)


class AliasItem(ConversationPart):
    """`alias#<t>`: the conversation that this stage looks for under the id t; it began in another stage, whose secret made its id."""

    thread_id = UnicodeAttribute()


class FormItem(ConversationPart):
    """`form#<t>`: the answers to the pre-session form, written once."""

    answers = JsonAttribute()


class MessageItem(ConversationPart):
    """`message#<t>#<000001>`: one entry of a thread; its words change only while nobody has read them."""

    id = UnicodeAttribute()
    sequence = NumberAttribute()
    role = UnicodeAttribute()
    content = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    message_id = UnicodeAttribute(null=True)
    is_final = BooleanAttribute(default=False)
    model = UnicodeAttribute(null=True)
    usage = JsonAttribute(null=True)
    widget_spec = JsonAttribute(null=True)
    widget_value = JsonAttribute(null=True)
    themes = NamesAttribute()
    is_replied_to_later = BooleanAttribute(null=True)
    is_declined = BooleanAttribute(null=True)


class WidgetItem(ConversationPart):
    """`widget#<t>#<000001>`: the widget that the message of this number presents, or what it answers in one; written once, with it."""

    spec = JsonAttribute(null=True)
    value = JsonAttribute(null=True)


class CommentItem(ConversationPart):
    """`comment#<t>`: what a participant wrote beside the rating of the conversation."""

    text = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()


class CondensedItem(ConversationPart):
    """`condensed#<t>`: the earlier part of a long thread, as the facilitator is shown it; a longer one replaces it."""

    to_sequence = NumberAttribute()
    text = UnicodeAttribute()
    message_ids = JsonAttribute()
    themes = NamesAttribute()


class ReminderItem(ConversationPart):
    """`due#reminder#<t>`: somebody wants to be reminded. `due_kind` is `reminder#<shard>` while that may have to be done."""

    channel = UnicodeAttribute()
    wanted_at = UTCDateTimeAttribute()
    generation = NumberAttribute(default=0)
    to = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    zone = UnicodeAttribute(null=True)
    sent = NumberAttribute(default=0)
    sent_at = UTCDateTimeAttribute(null=True)
    opened_at = UTCDateTimeAttribute(null=True)
    came_back = BooleanAttribute(default=False)
    undeliverable = BooleanAttribute(default=False)


class DigestItem(ConversationPart):
    """`digest#<t>`: what a thread says, in points; written by the summary job only."""

    to_sequence = NumberAttribute()
    points = JsonAttribute()
    messages = NumberAttribute()
    model = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    gist = UnicodeAttribute(null=True)
    withheld = NumberAttribute(null=True)
