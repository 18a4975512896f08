"""What a participant may be told of how their answers are handled: as it is in this session, made by code and by nobody's guess."""

from collections.abc import Iterator

from chalicelib.llm import tags
from chalicelib.model import Session, SessionView

_SECTIONS = {
    "summary": "the summary",
    "recap": "the themes that people have in common",
    "responses": "how many people chose what in forms and widgets",
    "insights": "what the host marks as insights",
    "similarity": "how close people are to each other, without names",
    "ask": "answers to their own questions about all conversations",
}


def render_handling(view: SessionView, contact: str = "") -> str:
    """Returns the facts in their tag. `contact` is whom the operator names for questions; empty for nobody."""
    return tags.data("handling", "\n".join(_list_facts(view, contact)))


def _list_facts(view: SessionView, contact: str) -> Iterator[str]:
    session = view.session
    form = " and the answers to the form" if view.questions else ""
    yield f"The host of this session, and people they give access to, can read the whole conversation{form}."
    yield (
        "No name and no e-mail address is asked for or kept. Only what they write themselves could tell who they are."
        if session.anonymous
        else "A name that the person gave, or that their messenger told, is kept with the conversation and shown to these readers."
    )
    yield "Nobody reads along while the conversation goes on, and nobody is told at once of what is written."
    yield "All conversations are put together into a summary for the host, which may quote what somebody wrote."
    yield _tell_who_sees_results(session)
    if session.cross_pollination:
        yield "Matters that several people speak of may be mentioned to others, never who spoke of them."
    yield (
        f"For questions about this session: {contact}."
        if contact
        else "For questions about this session there is no contact here but whoever sent the invitation."
    )


def _tell_who_sees_results(session: Session) -> str:
    shown_to = session.results_shown_to
    if shown_to == "host":
        return "Results are seen only by the host and people they give access to."
    readers = "everybody who has the link" if shown_to == "public" else "people who took part"
    parts = [said for name, said in _SECTIONS.items() if getattr(session.results_sections, name)]
    return (
        f"Once enough people have taken part, {readers} may see {', '.join(parts)}; not the conversations themselves."
    )
