"""The kinds of items in the tables that no session owns, typed; no behaviour: `accounts`, `guards`."""

from typing import Any

from pynamodb.attributes import MapAttribute, NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute

from chalicelib.store.attributes import JsonAttribute
from chalicelib.store.tables import Account, Guard


class UserItem(Account):
    """`user#<id>`. `generation` grows when a key of theirs is revoked, and when they are disabled: older links end."""

    id = UnicodeAttribute()
    email = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    subscription_status = UnicodeAttribute(default="FREE")
    created_at = UTCDateTimeAttribute()
    generation = NumberAttribute(default=0)
    disabled_at = UTCDateTimeAttribute(null=True)
    locale = UnicodeAttribute(null=True)
    time_zone = UnicodeAttribute(null=True)
    updated_at = UTCDateTimeAttribute(null=True)


class HarmonicaMdItem(Account):
    """`harmonica_md#<user_id>`: what a host says of their organisation, for the prompts of sessions that they create."""

    text = UnicodeAttribute()


class EmailItem(Account):
    """`email#<address>`: makes an address unique."""

    id = UnicodeAttribute()


class KeyItem(Account):
    """`key#<sha256>`. `use` has four maps a–d of minute → requests (written by `use_counts.py` only).

    `disabled_at` and `generation` follow the user, so that a request needs to look at the key only.
    """

    user_id = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    prefix = UnicodeAttribute()
    rate = NumberAttribute()
    created_at = UTCDateTimeAttribute()
    last_used_at = UTCDateTimeAttribute(null=True)
    revoked_at = UTCDateTimeAttribute(null=True)
    disabled_at = UTCDateTimeAttribute(null=True)
    generation = NumberAttribute(default=0)
    access = UnicodeAttribute(default="write")
    expires_at = UTCDateTimeAttribute(null=True)
    use: MapAttribute[str, Any] = MapAttribute()


class LoginItem(Account):
    """`login#<sha256>`: a browser session. `use` is as in a key; `proved_at` is not there where nobody told it.

    `locale` and `time_zone` follow the user, so that a page needs to look at the browser session only.
    """

    user_id = UnicodeAttribute()
    agent = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    proved_at = UTCDateTimeAttribute(null=True)
    last_used_at = UTCDateTimeAttribute()
    locale = UnicodeAttribute(null=True)
    time_zone = UnicodeAttribute(null=True)
    use: MapAttribute[str, Any] = MapAttribute()


class ReceiptItem(Account):
    """`receipt#<sha256>`: the thread that a code leads to. The head of the thread has the hash."""

    session_id = UnicodeAttribute()
    thread_id = UnicodeAttribute()


class OwnModelsItem(Account):
    """`models#<user_id>`: keys for servers of models, their secrets sealed, and which model does what; `version` counts changes."""

    keys = JsonAttribute()
    tiers = JsonAttribute(null=True)
    version = NumberAttribute()
    recipients_since = UTCDateTimeAttribute(null=True)


class TemplateItem(Account):
    """`template#<id>`: a template that a user made. `feed` is there while everybody may find it."""

    user_id = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    updated_at = UTCDateTimeAttribute()
    feed = UnicodeAttribute(null=True)
    document = JsonAttribute()


class ProjectTemplateItem(Account):
    """`project_template#<id>`: a template that belongs to a project. It names whoever made it, whose account may be gone."""

    project_id = UnicodeAttribute()
    made_by = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    updated_at = UTCDateTimeAttribute()
    feed = UnicodeAttribute(null=True)
    document = JsonAttribute()


class TemplateListItem(Account):
    """`templates#<user_id>`: how many bytes each template of a user has, by its id; `version` grows with every change."""

    sizes = JsonAttribute()
    version = NumberAttribute()


class NotificationsItem(Account):
    """`notifications#<user_id>`: what a host is told of, the newest first; `version` grows with every change. It goes at `forget_at`
    (seconds since 1970), when the newest is too old."""

    notifications = JsonAttribute()
    version = NumberAttribute()
    forget_at = NumberAttribute()


class AccountExportItem(Account):
    """`account_export#<user_id>`: the export of all that an account has, and how far it is."""

    id = UnicodeAttribute()
    asked_at = UTCDateTimeAttribute()
    sessions = NumberAttribute()
    done = NumberAttribute()
    after = UnicodeAttribute()
    files = NumberAttribute()
    tries = NumberAttribute(default=0)
    parts = JsonAttribute(null=True)
    made_at = UTCDateTimeAttribute(null=True)
    moved_at = UTCDateTimeAttribute(null=True)


class IdentityItem(Account):
    """`identity#<sha256>`: what an OpenID provider calls a user, however their address changes."""

    user_id = UnicodeAttribute()
    issuer = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()


class UsedItem(Guard):
    """`used#<fingerprint>`: what may be used once was used."""


class SignInItem(Guard):
    """`sign_in#<id>`: somebody asks to be let in by mail. `link` and `code` are hashes; `tries` are of codes."""

    email = UnicodeAttribute()
    next_page = UnicodeAttribute()
    language = UnicodeAttribute()
    link = UnicodeAttribute(null=True)
    code = UnicodeAttribute(null=True)
    tries = NumberAttribute(default=0)


class VisitsItem(Guard):
    """`visits#<who>#<window>`: how often somebody came in a minute, or in another window."""

    visits = NumberAttribute(default=0)


class DayKeyItem(Guard):
    """`day_key#<YYYY-MM-DD>`: what fingerprints of addresses are made with on that day (UTC), random."""

    secret = UnicodeAttribute()


class SpendingItem(Guard):
    """`spending#<account>`: what models have cost a stage or an owner on a day, or a session, in millionths of a dollar.

    `amount` has what is reserved for calls that are being made; of a session, the others tell what came of those that ended.
    """

    amount = NumberAttribute(default=0)
    cost = NumberAttribute(null=True)
    input_tokens = NumberAttribute(null=True)
    cached_tokens = NumberAttribute(null=True)
    output_tokens = NumberAttribute(null=True)


class RequestItem(Guard):
    """`request#<fingerprint>`: a POST that came with an Idempotency-Key. Without `status` it is being done, until `running_until`."""

    content = UnicodeAttribute()
    seed = UnicodeAttribute()
    holder = UnicodeAttribute()
    running_until = NumberAttribute()
    status = NumberAttribute(null=True)
    outcome = JsonAttribute(null=True)


class ShareItem(Guard):
    """`share#<owner_id>`: a session of this owner, `holder`, has its summary written, until `running_until`."""

    holder = UnicodeAttribute()
    running_until = NumberAttribute()


class DeletedItem(Guard):
    """`deleted#<session_id>`: the session was deleted; no request from before may make it again."""
