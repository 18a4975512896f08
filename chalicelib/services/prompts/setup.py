"""The setup of a session, which is what its host wants of it, as every prompt shows it: one data tag a field."""

from chalicelib.llm import tags
from chalicelib.model import SessionView


def render_setup(view: SessionView) -> str:
    """Topic, goal, critical, context and language of a session, each in its own tag; what is not set is left out."""
    session = view.session
    fields = (
        ("topic", session.topic),
        ("goal", session.goal),
        ("critical", session.critical),
        ("context", view.context),
        ("language", session.language),
    )
    return "\n".join(tags.data(name, text) for name, text in fields if text)
