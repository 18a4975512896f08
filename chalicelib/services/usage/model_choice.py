"""Whose model answers: the stage's, or where a session is to have it, that of its owner's account."""

from abc import ABC, abstractmethod

from chalicelib.clock import Deadline
from chalicelib.llm.interface import Model, ModelRefused, Reply, Request
from chalicelib.model import Session
from chalicelib.model.own_models import ModelSource


class OwnModelRefused(ModelRefused):
    """An account's own model cannot be asked, until its host changes something: no queue should wait for it."""


class ModelOfSessions(ABC):
    """The stage's model, which gives way to another one for sessions that have it."""

    def __init__(self, stage: Model) -> None:
        self.stage = stage

    @property
    def understands(self) -> bool:
        return self.stage.understands

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Answer with the stage's model, for what is of no session."""
        return self.stage.complete(request, deadline)

    @abstractmethod
    def of_owner(self, user_id: str) -> Model:
        """The model of somebody's own account."""

    @abstractmethod
    def of_user(self, user_id: str) -> Model:
        """The model that somebody's new sessions begin with: their own, where they have chosen one for each tier."""


def choose_model(model: Model, session: Session, source: ModelSource | None = None) -> Model:
    """The model that answers for a session; in a conversation, `source` is whose it began with."""
    if isinstance(model, ModelOfSessions):
        return model.of_owner(session.owner_id) if (source or session.models) == "account" else model.stage
    return model
