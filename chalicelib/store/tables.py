"""PynamoDB items of `sessions` and `conversations`: a class for each kind of item, typed attributes, no behaviour.

Items are serialised and addressed through these classes; requests go through the one client of `database.py`.
Creating an item always carries a condition, and afterwards items are only updated, so attributes that a newer version
wrote survive an older one.
"""

from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.settings import table_name
from chalicelib.store import keys
from chalicelib.store.attributes import JsonAttribute


class ByMember(GlobalSecondaryIndex[Any]):
    """Cards of the sessions a user is a member of, by last change."""

    class Meta:
        index_name = keys.BY_MEMBER
        projection = AllProjection()

    member_id = UnicodeAttribute(hash_key=True)
    updated_at = UTCDateTimeAttribute(range_key=True)


class PublicFeed(GlobalSecondaryIndex[Any]):
    """Cards of public sessions, by last change."""

    class Meta:
        index_name = keys.PUBLIC_FEED
        projection = AllProjection()

    feed = UnicodeAttribute(hash_key=True)
    updated_at = UTCDateTimeAttribute(range_key=True)


class Due(GlobalSecondaryIndex[Any]):
    """Work that an event should have started, by the time it became due."""

    class Meta:
        index_name = keys.DUE
        projection = KeysOnlyProjection()

    due_kind = UnicodeAttribute(hash_key=True)
    due_at = UTCDateTimeAttribute(range_key=True)


class SessionPart(Model):
    """Base of the items in `sessions`."""

    class Meta:
        table_name = table_name(keys.SESSIONS)

    by_member = ByMember()
    public_feed = PublicFeed()
    due = Due()
    session_id = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    due_kind = UnicodeAttribute(null=True)
    due_at = UTCDateTimeAttribute(null=True)


class SessionItem(SessionPart):
    """`session`: the short fields. `due_kind` is `prompt#<shard>` while a facilitation prompt is to be written."""

    owner_id = UnicodeAttribute()
    topic = UnicodeAttribute()
    goal = UnicodeAttribute()
    critical = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    updated_at = UTCDateTimeAttribute()
    cross_pollination = BooleanAttribute()
    widgets_enabled = BooleanAttribute()
    results_visibility = UnicodeAttribute()
    is_public = BooleanAttribute()
    template_id = UnicodeAttribute(null=True)
    welcome_message = UnicodeAttribute(null=True)
    meta_description = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    time_zone = UnicodeAttribute()
    duration_minutes = NumberAttribute()
    closes_at = UTCDateTimeAttribute(null=True)
    anonymous = BooleanAttribute()
    max_participants = NumberAttribute(null=True)
    reminders = JsonAttribute()
    distribution = JsonAttribute(null=True)
    has_questions = BooleanAttribute()


class TextItem(SessionPart):
    """`context` and `summary_prompt`: texts of the host, possibly long."""

    text = UnicodeAttribute()


class QuestionsItem(SessionPart):
    """`questions`: the pre-session form."""

    questions = JsonAttribute()


class PromptItem(SessionPart):
    """`prompt#current` and `prompt#<n>`. The current one has no text after the host took it away; its number still counts."""

    version = NumberAttribute()
    text = UnicodeAttribute(null=True)
    origin = UnicodeAttribute()


class TallyItem(SessionPart):
    """`tally#<shard>`: counters of the threads that fall into this shard; they only ever grow by ADD."""

    status = UnicodeAttribute()
    participants = NumberAttribute(default=0)
    completed = NumberAttribute(default=0)
    turns = NumberAttribute(default=0)
    input_tokens = NumberAttribute(default=0)
    cached_tokens = NumberAttribute(default=0)
    output_tokens = NumberAttribute(default=0)


class CardItem(SessionPart):
    """What lists show of a session, or search in it. `groups` has channel and group id of each distribution."""

    topic = UnicodeAttribute()
    goal = UnicodeAttribute()
    status = UnicodeAttribute()
    participant_count = NumberAttribute(default=0)
    created_at = UTCDateTimeAttribute()
    updated_at = UTCDateTimeAttribute()
    closes_at = UTCDateTimeAttribute(null=True)
    groups = JsonAttribute(null=True)


class MemberItem(CardItem):
    """`member#<user_id>`: a user's role in a session, and the card for that user's list."""

    member_id = UnicodeAttribute()
    role = UnicodeAttribute()


class ParticipationItem(CardItem):
    """`participant#<user_id>`: the card for the list of a user who takes part with an account; gives no role."""

    member_id = UnicodeAttribute()


class FeedItem(CardItem):
    """`feed`: the card of a public session; outside the feed while it has ended."""

    feed = UnicodeAttribute(null=True)


class DeletionItem(SessionPart):
    """`deletion`: the session is gone, and what is left of it is being removed; goes last. `due_kind` is `deletion#<shard>`."""


class SynthesisItem(SessionPart):
    """`synthesis`: where the summary stands. `due_kind` is `summary#<shard>` while a job is at it, and after one that never ended."""

    stale_since = UTCDateTimeAttribute(null=True)
    updating_until = UTCDateTimeAttribute(null=True)
    held_by_request = BooleanAttribute(null=True)
    epoch = NumberAttribute(default=0)
    withdrawn_at = UTCDateTimeAttribute(null=True)


class SummaryItem(SessionPart):
    """`summary`: the last good summary. `due_kind` is `brief#<shard>` while its brief is to be written."""

    generated_at = UTCDateTimeAttribute()
    document = JsonAttribute()


class BriefItem(SessionPart):
    """`brief`: SESSION.md and the time of the summary it was made from."""

    summary_at = UTCDateTimeAttribute()
    markdown = UnicodeAttribute()


class ConversationPart(Model):
    """Base of the items in `conversations`."""

    class Meta:
        table_name = table_name(keys.CONVERSATIONS)

    due = Due()
    session_id = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    due_kind = UnicodeAttribute(null=True)
    due_at = UTCDateTimeAttribute(null=True)


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


class ErasureItem(ConversationPart):
    """`erasure#<t>`: a thread was deleted, and messages up to this sequence number are still to go. `due_kind` is `erasure#<shard>`."""

    up_to = NumberAttribute()


class FormItem(ConversationPart):
    """`form#<t>`: the answers to the pre-session form, written once."""

    answers = JsonAttribute()


class MessageItem(ConversationPart):
    """`message#<t>#<000001>`: one entry of a thread, written once."""

    id = UnicodeAttribute()
    sequence = NumberAttribute()
    role = UnicodeAttribute()
    content = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    message_id = UnicodeAttribute(null=True)
    is_final = BooleanAttribute(default=False)
    model = UnicodeAttribute(null=True)
    usage = JsonAttribute(null=True)


class DigestItem(ConversationPart):
    """`digest#<t>`: what a thread says, in points; written by the summary job only."""

    to_sequence = NumberAttribute()
    points = JsonAttribute()
    messages = NumberAttribute()
    model = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
