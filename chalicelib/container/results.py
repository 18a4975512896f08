"""Results: answers about them, what hosts note, and exports."""

from typing import TYPE_CHECKING

from chalicelib import container
from chalicelib.store.reduced_digests import ReducedDigests
from chalicelib.store.themes import Themes

if TYPE_CHECKING:
    from chalicelib.services.results.ask_evidence import AskDeps
    from chalicelib.services.results.exports.large import ExportDeps
    from chalicelib.services.results.insights import InsightDeps
    from chalicelib.store.knowledge import KnowledgeItems


def ask_deps() -> "AskDeps":
    """The dependencies of answers to questions about results."""
    from chalicelib.services.results.ask_evidence import AskDeps

    return AskDeps(conversations=container.conversations(), themes=Themes(), reduced_digests=ReducedDigests())


def knowledge() -> "KnowledgeItems":
    """The repository of what sessions came to know."""
    from chalicelib.store.knowledge import KnowledgeItems

    return KnowledgeItems()


def insight_deps() -> "InsightDeps":
    """The dependencies of what hosts note."""
    from chalicelib.services.results.insights import InsightDeps
    from chalicelib.store.insights import Insights

    return InsightDeps(insights=Insights(container.clock()), conversations=container.conversations())


def export_deps() -> "ExportDeps":
    """The dependencies of exports that jobs write."""
    from chalicelib.services.results.exports.large import ExportDeps
    from chalicelib.store.exports import Exports

    def withdraw_account(user_id: str, export_id: str) -> None:
        from chalicelib.services.accounts.export import remove_account_export

        remove_account_export(user_id, export_id, deps=container.account_export_deps())

    return ExportDeps(
        exports=Exports(),
        files=container.files(),
        jobs=container.jobs(),
        insights=container.insight_deps(),
        clock=container.clock(),
        new_id=container.new_id,
        withdraw_account=withdraw_account,
    )
