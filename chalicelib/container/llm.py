"""The model of this deployment, which model answers for whom, and what models may cost."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib import container
from chalicelib.llm.interface import SCRIPTED, Model
from chalicelib.model import Session
from chalicelib.secret_store import read_secret_field
from chalicelib.settings import settings

if TYPE_CHECKING:
    from chalicelib.services.usage.budget import Budget
    from chalicelib.services.usage.estimate import Prices


def budget() -> "Budget":
    """What models may cost."""
    from chalicelib.services.usage.budget import DOLLAR, Budget
    from chalicelib.store.spending import Ledger

    found = settings()
    return Budget(found.daily_budget * DOLLAR, found.owner_budget * DOLLAR, found.session_budget * DOLLAR, Ledger())


def model_prices(session: Session) -> "Prices | None":
    """What the models cost that answer for a session; None where none is asked."""
    from chalicelib.services.usage.estimate import prices_of

    found = settings()
    if session.models == "account" and container.has_own_models():
        tiers = container.own_models().get(session.owner_id).tiers
        return prices_of(small=tiers.small.model, medium=tiers.medium.model, large=tiers.large.model) if tiers else None
    if found.llm_provider == SCRIPTED:
        return None
    return prices_of(small=found.model_small, medium=found.model_medium, large=found.model_large)


@cache
def model() -> Model:
    """The language model that this deployment names; for sessions that have it, that of their owner's account."""
    stage = container.stage_model()
    if not settings().own_models_key:
        return stage
    from chalicelib.services.own_models.own_model import SessionModels

    return SessionModels(stage, container.own_model_deps())


def model_of(session: Session) -> Model:
    """The model that answers for a session: to all that is asked about it, and in new conversations."""
    from chalicelib.services.usage.model_choice import choose_model

    return choose_model(container.model(), session)


def model_of_user(user_id: str) -> Model:
    """The model that somebody designs sessions with: the one that their new ones have."""
    from chalicelib.services.usage.model_choice import ModelOfSessions

    found = container.model()
    return found.of_user(user_id) if isinstance(found, ModelOfSessions) else found


@cache
def stage_model() -> Model:
    """The model of this deployment; there is no default, and none stands in for another."""
    if settings().llm_provider == SCRIPTED:
        from chalicelib.llm.scripted.model import ScriptedModel

        return ScriptedModel()  # which costs nothing
    from chalicelib.llm.providers import model_from
    from chalicelib.services.usage.budget import BudgetedModel

    found = model_from(settings(), read_secret=lambda arn: read_secret_field(arn, "api_key"))
    return BudgetedModel(found, container.budget(), container.clock())
