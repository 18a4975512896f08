"""What each form of a host may ask for: the values of `do`, by the address that it is sent to.

Anything else is refused before a handler sees it, so what is not listed here cannot be done on a page, whatever its session or project
stands at; `docs/roles.md` has a row for each that concerns one of those.
"""

from collections.abc import Mapping

from chalicelib.errors import Invalid

OF_CARDS = frozenset({"up", "down", "to", "remove", "undo"})  # with the key of a card of the form editor after a colon
# Empty is a form that says nothing of the kind: it asks for one thing, or is sent by the script of its page or with the Enter key.
STEPS: Mapping[str, frozenset[str]] = {
    "/account": frozenset({"", "save", "nameless", "delete"}),
    "/account/digest": frozenset({""}),
    "/account/export": frozenset({"make", "anew"}),
    "/account/harmonica-md": frozenset({"", "save", "seed"}),
    "/account/models": frozenset({""}),
    "/account/telegram": frozenset({"", "link"}),
    "/invitation": frozenset({"accept", "decline"}),
    "/keys": frozenset({""}),
    "/new": frozenset({"", "next", "keep", "templates", "fields"}),
    "/new/suggestions": frozenset({""}),
    "/notifications": frozenset({""}),
    "/projects": frozenset({""}),
    "/projects/{project_id}": frozenset(
        {"save", "archive", "activate", "remember", "forget", "attach", "detach", "delete"}
        | {"role", "remove", "offer", "withdraw_offer", "accept", "decline", "invite", "resend", "withdraw"}
    ),
    "/projects/{project_id}/knowledge": frozenset({"collect"}),
    "/sessions/{session_id}": frozenset(
        {"open", "end", "reopen", "draft", "clone", "follow", "groups", "again", "delete"}
    ),
    "/sessions/{session_id}/ask": frozenset({"", "ask", "keep"}),
    "/sessions/{session_id}/brief": frozenset({"", "next", "skip", "keep", "save", "fields"}),
    "/sessions/{session_id}/brief/suggestions": frozenset({""}),
    "/sessions/{session_id}/export": frozenset({""}),
    "/sessions/{session_id}/form": frozenset({"", "save", "add", "look"}) | OF_CARDS,
    "/sessions/{session_id}/history": frozenset({""}),
    "/sessions/{session_id}/insights": frozenset({"add", "save", "show", "hide", "move", "delete"}),
    "/sessions/{session_id}/invitations": frozenset({"invite", "resend", "remind", "remove"}),
    "/sessions/{session_id}/knowledge": frozenset({"collect"}),
    "/sessions/{session_id}/members": frozenset(
        {"attach", "detach"}
        | {"role", "remove", "offer", "withdraw_offer", "accept", "decline", "invite", "resend", "withdraw"}
    ),
    "/sessions/{session_id}/people": frozenset({"leave_out", "take_in"}),
    "/sessions/{session_id}/people/{person_id}": frozenset({"leave_out", "take_in", "remove"}),
    "/sessions/{session_id}/prompt": frozenset({"use", "revise", "anew", "renew", "edit", "keep", "save"}),
    "/sessions/{session_id}/review": frozenset({"run", "apply"}),
    "/sessions/{session_id}/settings": frozenset({""}),
    "/sessions/{session_id}/summary": frozenset({"write"}),
    "/sign-out": frozenset({""}),
    "/templates/new": frozenset({"", "save", "field", "question"}),
    "/templates/{template_id}": frozenset({"", "save", "field", "question", "archive", "restore", "delete"}),
}


def require_step(route: str, asked: str) -> None:
    """Raises Invalid where the forms that are sent to this route do not ask for that."""
    known, step = STEPS.get(route, frozenset()), asked.partition(":")[0]
    if (step if known >= OF_CARDS and step in OF_CARDS else asked) not in known:
        raise Invalid(f"do must be one of: {', '.join(sorted(filter(None, known))) or 'nothing'}")
