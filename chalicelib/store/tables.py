"""The tables as PynamoDB knows them: for each the base of its items, with the key and the indexes; no behaviour.

The kinds of items are in `session_items.py`, `project_items.py`, `conversation_items.py`, `user_items.py` and `telegram_items.py`.
Items are serialised and addressed through these classes; requests go through the one client of `database.py`. Creating an item
always carries a condition, and afterwards items are only updated, so attributes that a newer version wrote survive an older one.
"""

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.settings import table_name
from chalicelib.store import keys


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


class PublicTemplates(GlobalSecondaryIndex[Any]):
    """Templates that everybody may find, by last change."""

    class Meta:
        index_name = keys.PUBLIC_FEED
        projection = KeysOnlyProjection()

    feed = UnicodeAttribute(hash_key=True)
    updated_at = UTCDateTimeAttribute(range_key=True)


class Due(GlobalSecondaryIndex[Any]):
    """Work that an event should have started, by the time it became due."""

    class Meta:
        index_name = keys.DUE
        projection = KeysOnlyProjection()

    due_kind = UnicodeAttribute(hash_key=True)
    due_at = UTCDateTimeAttribute(range_key=True)


class ByUser(GlobalSecondaryIndex[Any]):
    """API keys of a user, by creation."""

    class Meta:
        index_name = keys.BY_USER
        projection = KeysOnlyProjection()

    user_id = UnicodeAttribute(hash_key=True)
    created_at = UTCDateTimeAttribute(range_key=True)


class ByGroup(GlobalSecondaryIndex[Any]):
    """Who registered a Telegram group."""

    class Meta:
        index_name = keys.BY_GROUP
        projection = KeysOnlyProjection()

    group_id = UnicodeAttribute(hash_key=True)
    created_at = UTCDateTimeAttribute(range_key=True)


class Part(Model):
    """What both tables of parts have: a partition a session, and the time at which some work becomes due."""

    due = Due()
    session_id = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    due_kind = UnicodeAttribute(null=True)
    due_at = UTCDateTimeAttribute(null=True)


class SessionPart(Part):
    """Base of the items in `sessions`."""

    class Meta:
        table_name = table_name(keys.SESSIONS)

    by_member = ByMember()
    public_feed = PublicFeed()


class ProjectPart(Model):
    """Base of the items in `projects`."""

    class Meta:
        table_name = table_name(keys.PROJECTS)

    due = Due()
    project_id = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    due_kind = UnicodeAttribute(null=True)
    due_at = UTCDateTimeAttribute(null=True)


class ConversationPart(Part):
    """Base of the items in `conversations`."""

    class Meta:
        table_name = table_name(keys.CONVERSATIONS)


class Account(Model):
    """Base of the items in `accounts`."""

    class Meta:
        table_name = table_name(keys.ACCOUNTS)

    by_user = ByUser()
    public_feed = PublicTemplates()
    pk = UnicodeAttribute(hash_key=True)


class Guard(Model):
    """Base of the items in `guards`: each is past its use at `expires_at` (seconds since 1970), deleted or not."""

    class Meta:
        table_name = table_name(keys.GUARDS)

    id = UnicodeAttribute(hash_key=True)
    expires_at = NumberAttribute()


class Telegram(Model):
    """Base of the items in `telegram`."""

    class Meta:
        table_name = table_name(keys.TELEGRAM)

    by_group = ByGroup()
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
