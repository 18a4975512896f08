"""Exports of all that an account has (table `accounts`): one at a time of each."""

from chalicelib.errors import NotFound
from chalicelib.model.exports import AccountExport
from chalicelib.store import database, keys
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
        """Store that an export is asked for, in the place of the one `before`; False where there is another one by now. Raises
        NotFound without the account."""
        same = AccountExportItem.id == before.id if before else AccountExportItem.pk.does_not_exist()

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

    def move_on(self, user_id: str, before: AccountExport, after: AccountExport) -> bool:
        """Store how far an export has come; False where it was as `before` no more."""
        same = (AccountExportItem.id == before.id) & (AccountExportItem.files == before.files)
        return holds(lambda: database.put(_item(user_id, after), same))

    def remove(self, user_id: str, export: AccountExport) -> None:
        """Remove what tells of an export."""
        same = AccountExportItem.id == export.id
        holds(lambda: database.delete(AccountExportItem(keys.account_export(user_id)), same))


def _item(user_id: str, export: AccountExport) -> AccountExportItem:
    values = {name: getattr(export, name) for name in AccountExport.__struct_fields__}
    return AccountExportItem(keys.account_export(user_id), **values)


def _export_from(item: AccountExportItem) -> AccountExport:
    return AccountExport(
        item.id,
        item.asked_at,
        after=item.after,
        sessions=int(item.sessions),
        done=int(item.done),
        files=int(item.files),
        made_at=item.made_at,
        moved_at=item.moved_at,
    )
