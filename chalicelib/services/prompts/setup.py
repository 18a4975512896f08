"""The setup of a session, which is what its host wants of it, as every prompt shows it: one data tag a field."""

from chalicelib.llm import tags
from chalicelib.model import SHOWN_CONTEXT_BYTES, SessionView
from chalicelib.text.sentences import cut_at_sentence


def render_setup(view: SessionView, most_bytes: int = SHOWN_CONTEXT_BYTES) -> str:
    """Topic, goal, critical, context and language of a session, each in its own tag; what is not set is left out.

    A context of more than `most_bytes` is shown in its short version, or as far as it fits while there is none.
    """
    session = view.session
    fields = (("topic", session.topic), ("goal", session.goal), ("critical", session.critical))
    told = [tags.data(name, text) for name, text in fields if text]
    language = [tags.data("language", session.language)] if session.language else []
    return "\n".join([*told, *_render_context(view, most_bytes), *language])


def render_organisation(view: SessionView) -> str:
    """What the host who created a session says of their organisation, in its tag; empty where they say nothing. It is always shown
    whole."""
    return tags.data("harmonica_md", view.harmonica_md) if view.harmonica_md else ""


def shown_context(view: SessionView, most_bytes: int = SHOWN_CONTEXT_BYTES) -> tuple[str, str]:
    """Returns as much of the context as is shown, and a note where that is not all of it; both are empty where there is none."""
    context = view.context or ""
    if len(context.encode()) <= most_bytes:
        return context, ""
    if view.condensed_context:
        return view.condensed_context, "a shorter version of a longer text"
    return cut_at_sentence(context, most_bytes), "the beginning of a longer text; the rest is left out"


def _render_context(view: SessionView, most_bytes: int) -> list[str]:
    """The context in its tag; nothing where there is none."""
    text, note = shown_context(view, most_bytes)
    return [tags.data("context", text, **({"note": note} if note else {}))] if text else []
