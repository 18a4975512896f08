"""Exports of all that an account has (table `accounts`): one at a time of each."""

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.errors import NotFound
from chalicelib.model.exports import AccountExport
from chalicelib.store import database, keys
from chalicelib.store.cards import sets
from chalicelib.store.database import holds
from chalicelib.store.transact import ConditionFailed, Transaction
from chalicelib.store.user_items import AccountExportItem, UserItem


class AccountExports:
    """Repository of exports of accounts."""

    def find(self, user_id: str) -> AccountExport | None:
        """The export of an account; None where none is asked for."""
        item = database.get(AccountExportItem, keys.account_export(user_id))
        return _export_from(item) if item else None

    def ask(self, user_id: str, export: AccountExport, before: AccountExport | None) -> bool:
        """Store that an export is asked for, in the place of the one `before`; False where there is another one by now, or its job has
        begun once more. Raises NotFound without the account."""
        same = _is_as(before) if before else AccountExportItem.pk.does_not_exist()

        def build(write: Transaction) -> None:
            write.check(UserItem(keys.user(user_id)), UserItem.email.exists(), label=keys.USERS)
            write.save(_item(user_id, export), condition=same)

        try:
            database.transact(build)
        except ConditionFailed as error:
            if keys.USERS in error.failed:
                raise NotFound("User not found") from error
            return False
        return True

    def begin_try(self, user_id: str) -> AccountExport | None:
        """Count one more run of its job, whose number is that of its `tries` then; None where nothing is to be written."""
        item = AccountExportItem(keys.account_export(user_id))
        unmade = AccountExportItem.id.exists() & AccountExportItem.made_at.does_not_exist()
        counted: list[Action] = [AccountExportItem.tries.add(1)]
        arguments = item.get_update_kwargs_from_instance(actions=counted, condition=unmade)
        try:
            found = database.call("UpdateItem", {**arguments, "ReturnValues": "ALL_NEW"})
        except ConditionFailed:
            return None
        return _export_from(AccountExportItem.from_raw_data(found["Attributes"]))

    def move_on(self, user_id: str, before: AccountExport, after: AccountExport) -> bool:
        """Store how far an export has come; False where it is another one, or has another file by now."""
        same = (AccountExportItem.id == before.id) & (AccountExportItem.files == before.files)
        moved = {name: getattr(after, name) for name in ("sessions", "done", "after", "made_at", "moved_at")}
        moved |= {"files": after.files, "parts": list(after.parts)}
        item = AccountExportItem(keys.account_export(user_id))
        return holds(lambda: database.update(item, sets(AccountExportItem, moved), same))

    def remove(self, user_id: str, export: AccountExport) -> bool:
        """Remove what tells of an export; False where there is none, or another one, or its job has begun once more."""
        return holds(lambda: database.delete(AccountExportItem(keys.account_export(user_id)), _is_as(export)))


def _is_as(export: AccountExport) -> Condition:
    tried: Condition = AccountExportItem.tries == export.tries
    if export.tries == 0:
        tried |= AccountExportItem.tries.does_not_exist()
    same: Condition = (AccountExportItem.id == export.id) & tried
    return same


def _item(user_id: str, export: AccountExport) -> AccountExportItem:
    values = {name: getattr(export, name) for name in AccountExport.__struct_fields__ if name != "parts"}
    return AccountExportItem(keys.account_export(user_id), **values, files=export.files, parts=list(export.parts))


def _export_from(item: AccountExportItem) -> AccountExport:
    return AccountExport(
        item.id,
        item.asked_at,
        after=item.after,
        sessions=int(item.sessions),
        done=int(item.done),
        tries=int(item.tries),
        parts=tuple(item.parts or ()),
        made_at=item.made_at,
        moved_at=item.moved_at,
    )
