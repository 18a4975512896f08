"""PynamoDB items of the tables that no session owns: `accounts`, `guards`, `telegram`; like those of `tables.py`."""

from typing import Any

from pynamodb.attributes import MapAttribute, NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.settings import table_name
from chalicelib.store import keys
from chalicelib.store.attributes import JsonAttribute


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


class Account(Model):
    """Base of the items in `accounts`."""

    class Meta:
        table_name = table_name(keys.ACCOUNTS)

    by_user = ByUser()
    pk = UnicodeAttribute(hash_key=True)


class UserItem(Account):
    """`user#<id>`."""

    id = UnicodeAttribute()
    email = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    subscription_status = UnicodeAttribute(default="FREE")
    created_at = UTCDateTimeAttribute()


class EmailItem(Account):
    """`email#<address>`: makes an address unique."""

    id = UnicodeAttribute()


class KeyItem(Account):
    """`key#<sha256>`. `use` has four maps a–d of minute → requests (written by `accounts.py` only)."""

    user_id = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    prefix = UnicodeAttribute()
    rate = NumberAttribute()
    created_at = UTCDateTimeAttribute()
    last_used_at = UTCDateTimeAttribute(null=True)
    revoked_at = UTCDateTimeAttribute(null=True)
    use: MapAttribute[str, Any] = MapAttribute()


class Guard(Model):
    """Base of the items in `guards`: each is past its use at `expires_at` (seconds since 1970), deleted or not."""

    class Meta:
        table_name = table_name(keys.GUARDS)

    id = UnicodeAttribute(hash_key=True)
    expires_at = NumberAttribute()


class VisitsItem(Guard):
    """`visits#<who>#<minute>`: requests without a key."""

    visits = NumberAttribute(default=0)


class RequestItem(Guard):
    """`request#<fingerprint>`: a POST that came with an Idempotency-Key. Without `status` it is being done, until `running_until`."""

    content = UnicodeAttribute()
    holder = UnicodeAttribute()
    running_until = NumberAttribute()
    status = NumberAttribute(null=True)
    outcome = JsonAttribute(null=True)


class LinkItem(Guard):
    """`link#<sha256>`: a code for /setup; whoever brings it to the bot speaks for this user, once."""

    user_id = UnicodeAttribute()


class Telegram(Model):
    """Base of the items in `telegram`."""

    class Meta:
        table_name = table_name(keys.TELEGRAM)

    by_group = ByGroup()
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class GroupItem(Telegram):
    """`user#<id>`, `group#<group_id>`: a group that a user registered."""

    group_id = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    topic_id = NumberAttribute(null=True)
    created_at = UTCDateTimeAttribute()
    status = UnicodeAttribute()
