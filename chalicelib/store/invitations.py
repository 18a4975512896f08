"""Personal invitations to a session (table `sessions`): one item an address. How far an invited person has come is in their thread."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import structs
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.expressions.update import Action

from chalicelib.errors import NotFound
from chalicelib.model.invitations import Invitation, WantedMail
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.due import marks
from chalicelib.store.due_kinds import INVITATION, INVITATION_LATER, DueKind
from chalicelib.store.session_items import SessionItem
from chalicelib.store.tables import SessionPart
from chalicelib.store.transact import ConditionFailed, Transaction

_LONGEST_ID = 36  # a UUID; a key has to be short, and clients may name anything
_AT_ONCE = 99  # in a transaction, beside the session itself
_IS_THERE = SessionItem.topic.exists()


class InvitationItem(SessionPart):
    """`invitation#<id>`: whom a host asked to take part. `due_kind` is `invitation#<shard>` while a mail is to be sent."""

    email = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    message = UnicodeAttribute(null=True)
    invited_by = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    wanted = UnicodeAttribute(null=True)
    wanted_at = UTCDateTimeAttribute(null=True)
    sent_at = UTCDateTimeAttribute(null=True)
    reminded_at = UTCDateTimeAttribute(null=True)
    opened_at = UTCDateTimeAttribute(null=True)
    refused = BooleanAttribute(default=False)
    removed = BooleanAttribute(default=False)
    has_left = BooleanAttribute(default=False)


class Moved(Exception):
    """Others were invited since it was read who is, or the session is gone. Of what was to be written, this was before that."""

    def __init__(self, done: set[str]) -> None:
        super().__init__("others were invited meanwhile")
        self.done = done


class Invitations:
    """Repository of invitations."""

    def revision(self, session_id: str) -> int:
        """How often somebody was invited to a session. Raises NotFound without one."""
        item = database.get(SessionItem, session_id, keys.SESSION)
        if item is None:
            raise NotFound("Session not found")
        return int(item.invitations_revision or 0)

    def all(self, session_id: str) -> list[Invitation]:
        """All of a session, the first one first; those among them that were removed and are counted."""
        found = database.query(SessionPart, session_id, keys.INVITATIONS, keys.AFTER_INVITATIONS)
        return sorted(map(_invitation_from, found), key=lambda it: (it.created_at, it.id))

    def find(self, session_id: str, invitation_id: str) -> Invitation | None:
        """One of them; None where there is none."""
        if not 0 < len(invitation_id) <= _LONGEST_ID:
            return None
        raw = database.get_many([(SessionPart, session_id, keys.invitation(invitation_id))])
        return _invitation_from(next(iter(raw.values()))) if raw else None

    def add(self, session_id: str, invitations: Sequence[Invitation], revision: int) -> set[str]:
        """Store invitations; returns the ids of those whose address had none. One transaction for each hundred.

        That this is still the session's revision is a condition, since whoever counted its invitations read them after that. Raises
        Moved where it is not, NotFound without a session.
        """
        is_new = InvitationItem.part.does_not_exist() | InvitationItem.removed.is_in(True)

        def add(write: Transaction, invitation: Invitation) -> None:
            write.save(_item(session_id, invitation), is_new, label=invitation.id)

        def move_on(write: Transaction, transactions: int) -> None:
            before = revision + transactions
            same: Any = SessionItem.invitations_revision.does_not_exist()
            if before:
                same = SessionItem.invitations_revision == before
            moved: list[Action] = [SessionItem.invitations_revision.set(before + 1)]
            write.update(SessionItem(session_id, keys.SESSION), moved, _IS_THERE & same, label=keys.SESSION)

        try:
            return _write_each(invitations, add, move_on)
        except Moved:
            self.revision(session_id)
            raise

    def want_reminders(self, session_id: str, invitations: Sequence[Invitation], now: datetime) -> set[str]:
        """Note that these are to be reminded; returns the ids of those who were not, and wait for no mail. One transaction for each
        hundred."""
        there = InvitationItem.part.exists() & InvitationItem.removed.is_in(False)
        free = there & InvitationItem.wanted.does_not_exist() & InvitationItem.reminded_at.does_not_exist()
        actions = _wanted(session_id, "reminder", now)

        def want(write: Transaction, invitation: Invitation) -> None:
            item = InvitationItem(session_id, keys.invitation(invitation.id))
            write.update(item, actions, free, label=invitation.id)

        def check(write: Transaction, _: int) -> None:
            write.check(SessionItem(session_id, keys.SESSION), _IS_THERE, label=keys.SESSION)

        try:
            return _write_each(invitations, want, check)
        except Moved as error:
            raise NotFound("Session not found") from error

    def want(self, session_id: str, invitation_id: str, mail: WantedMail, now: datetime) -> bool:
        """Note that this mail is to be sent; False where the invitation is gone."""
        return self._update(session_id, invitation_id, _wanted(session_id, mail, now))

    def take(self, session_id: str, invitation: Invitation, now: datetime) -> bool:
        """Note a mail as sent before it is, so that no other job sends it; False where one has, or it is wanted no more."""
        sent = InvitationItem.sent_at if invitation.wanted == "invitation" else InvitationItem.reminded_at
        actions = [sent.set(now), *_not_due()]
        return self._update(session_id, invitation.id, actions, wanted_at=invitation.wanted_at)

    def give_back(self, session_id: str, invitation: Invitation, until: datetime) -> None:
        """Undo that: the mail was not sent, and is to be. The sweep asks for it then, where its message has not come back before."""
        if invitation.wanted is None or invitation.wanted_at is None:
            return
        is_first = invitation.wanted == "invitation"
        sent = InvitationItem.sent_at if is_first else InvitationItem.reminded_at
        before = invitation.sent_at if is_first else invitation.reminded_at
        back: list[Action] = [sent.set(before) if before else sent.remove(), *_due(session_id, until, INVITATION_LATER)]
        back += [InvitationItem.wanted.set(invitation.wanted), InvitationItem.wanted_at.set(invitation.wanted_at)]
        self._update(session_id, invitation.id, back)

    def postpone(self, session_id: str, invitation: Invitation, until: datetime) -> None:
        """Have the mail that is to be sent tried again then."""
        later = _due(session_id, until, INVITATION_LATER)
        self._update(session_id, invitation.id, later, wanted_at=invitation.wanted_at)

    def drop(self, session_id: str, invitation: Invitation, *, refused: bool = False) -> None:
        """Note that the mail that is to be sent is not sent; `refused`: that none can ever be delivered there."""
        actions = [*_not_due(), *([InvitationItem.refused.set(True)] if refused else [])]
        self._update(session_id, invitation.id, actions, wanted_at=None if refused else invitation.wanted_at)

    def note_opened(self, session_id: str, invitation_id: str, now: datetime) -> None:
        """Note that the link was opened, for the first time."""
        opened: Action = InvitationItem.opened_at.set(InvitationItem.opened_at | now)
        self._update(session_id, invitation_id, [opened])

    def note_left(self, session_id: str, invitation_id: str) -> None:
        """Note that whoever it invites took part, and that their data are removed."""
        self._update(session_id, invitation_id, [InvitationItem.has_left.set(True)])

    def remove(self, session_id: str, invitation_id: str, *, is_counted: bool) -> bool:
        """Remove an invitation, its address in any case; False where there is none. `is_counted`: it keeps its place in the counts."""
        if len(invitation_id) > _LONGEST_ID:
            return False
        item = InvitationItem(session_id, keys.invitation(invitation_id))
        there = InvitationItem.part.exists() & InvitationItem.removed.is_in(False)
        if not is_counted:
            return holds(lambda: database.delete(item, there))
        gone = [getattr(InvitationItem, name).remove() for name in ("email", "name", "message")]
        return holds(lambda: database.update(item, [InvitationItem.removed.set(True), *gone, *_not_due()], there))

    def _update(
        self, session_id: str, invitation_id: str, actions: list[Action], wanted_at: datetime | None = None
    ) -> bool:
        item = InvitationItem(session_id, keys.invitation(invitation_id))
        there = InvitationItem.part.exists() & InvitationItem.removed.is_in(False)
        same = (there & (InvitationItem.wanted_at == wanted_at)) if wanted_at else there
        return holds(lambda: database.update(item, actions, same))


def _write_each(
    invitations: Sequence[Invitation],
    add: Callable[[Transaction, Invitation], None],
    of_session: Callable[[Transaction, int], None],
) -> set[str]:
    """Write what `add` adds of each invitation, labelled by its id; returns the ids of those whose condition held. `of_session` adds what
    the session itself takes in each transaction, behind so many others. Raises Moved where that does not hold."""
    done, transactions = set[str](), 0
    for first in range(0, len(invitations), _AT_ONCE):
        left = list(invitations[first : first + _AT_ONCE])

        def build(write: Transaction, left: Sequence[Invitation] = left, transactions: int = transactions) -> None:
            of_session(write, transactions)
            for invitation in left:
                add(write, invitation)

        while left:
            try:
                database.transact(build)
            except ConditionFailed as error:
                if keys.SESSION in error.failed:
                    raise Moved(done) from error
                left[:] = [it for it in left if it.id not in error.failed]
            else:
                done |= {it.id for it in left}
                transactions += 1
                break
    return done


def _wanted(session_id: str, mail: WantedMail, now: datetime) -> list[Action]:
    return [InvitationItem.wanted.set(mail), InvitationItem.wanted_at.set(now), *_due(session_id, now)]


def _due(session_id: str, at: datetime, kind: DueKind = INVITATION) -> list[Action]:
    mark = marks(kind, session_id, at)
    return [InvitationItem.due_kind.set(mark[keys.DUE_KIND]), InvitationItem.due_at.set(mark[keys.DUE_AT])]


def _not_due() -> list[Action]:
    names = ("wanted", "wanted_at", keys.DUE_KIND, keys.DUE_AT)
    return [getattr(InvitationItem, name).remove() for name in names]


def _item(session_id: str, invitation: Invitation) -> InvitationItem:
    values = structs.asdict(invitation)
    del values["id"]
    due = marks(INVITATION, session_id, invitation.wanted_at)
    return InvitationItem(session_id, keys.invitation(invitation.id), **values, **due)


def _invitation_from(raw: Mapping[str, Any]) -> Invitation:
    item = InvitationItem.from_raw_data(dict(raw))
    named = {name: getattr(item, name) for name in Invitation.__struct_fields__ if name not in ("id", "email")}
    return Invitation(id=item.part.removeprefix(keys.INVITATIONS), email=item.email or "", **named)
