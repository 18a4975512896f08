"""Routes of the pages with which a host designs and runs a session. What a page does is imported when one is first asked for."""

from chalice.app import Blueprint, Response

from chalicelib.web.host.routes import answer_host
from chalicelib.web.kit.http import READ

routes = Blueprint(__name__)


@routes.route("/new", methods=READ, content_types=[])
def get_new() -> Response:
    """Returns the first step of a new session."""
    from chalicelib.web.host import brief

    return answer_host(routes, brief.show_new)


@routes.route("/new", methods=["POST"], content_types=[])
def post_new() -> Response:
    """Makes a draft."""
    from chalicelib.web.host import brief

    return answer_host(routes, brief.receive_new)


@routes.route("/sessions/{session_id}", methods=READ, content_types=[])
def get_session(session_id: str) -> Response:
    """Returns the page of a session."""
    from chalicelib.web.host import session

    return answer_host(routes, lambda host: session.show_session(host, session_id))


@routes.route("/sessions/{session_id}", methods=["POST"], content_types=[])
def post_session(session_id: str) -> Response:
    """Ends, reopens or deletes a session."""
    from chalicelib.web.host import session

    return answer_host(routes, lambda host: session.receive_session(host, session_id))


@routes.route("/sessions/{session_id}/brief", methods=READ, content_types=[])
def get_brief(session_id: str) -> Response:
    """Returns the brief of a session, or a step of it."""
    from chalicelib.web.host import brief

    return answer_host(routes, lambda host: brief.show_brief(host, session_id))


@routes.route("/new/suggestions", methods=["POST"], content_types=[])
def post_new_suggestions() -> Response:
    """Suggests texts for the first field of a new session."""
    from chalicelib.web.host import suggestions

    return answer_host(routes, suggestions.receive_new)


@routes.route("/sessions/{session_id}/brief/suggestions", methods=["POST"], content_types=[])
def post_suggestions(session_id: str) -> Response:
    """Suggests texts for a field of a brief, or puts one into it."""
    from chalicelib.web.host import suggestions

    return answer_host(routes, lambda host: suggestions.receive(host, session_id))


@routes.route("/sessions/{session_id}/brief", methods=["POST"], content_types=[])
def post_brief(session_id: str) -> Response:
    """Keeps what was written of a brief."""
    from chalicelib.web.host import brief

    return answer_host(routes, lambda host: brief.receive_brief(host, session_id))


@routes.route("/sessions/{session_id}/settings", methods=READ, content_types=[])
def get_settings(session_id: str) -> Response:
    """Returns the settings of a session."""
    from chalicelib.web.host import session_settings

    return answer_host(routes, lambda host: session_settings.show_settings(host, session_id))


@routes.route("/sessions/{session_id}/settings", methods=["POST"], content_types=[])
def post_settings(session_id: str) -> Response:
    """Saves the settings of a session."""
    from chalicelib.web.host import session_settings

    return answer_host(routes, lambda host: session_settings.receive_settings(host, session_id))


@routes.route("/sessions/{session_id}/members", methods=READ, content_types=[])
def get_members(session_id: str) -> Response:
    """Returns who may see and change a session, and its projects."""
    from chalicelib.web.host import session_ties

    return answer_host(routes, lambda host: session_ties.show_members(host, session_id))


@routes.route("/sessions/{session_id}/members", methods=["POST"], content_types=[])
def post_members(session_id: str) -> Response:
    """Changes a role, or the projects of a session."""
    from chalicelib.web.host import session_ties

    return answer_host(routes, lambda host: session_ties.receive_members(host, session_id))


@routes.route("/sessions/{session_id}/prompt", methods=READ, content_types=[])
def get_prompt(session_id: str) -> Response:
    """Returns the versions of a session's prompt."""
    from chalicelib.web.host import prompt

    return answer_host(routes, lambda host: prompt.show_prompt(host, session_id))


@routes.route("/sessions/{session_id}/prompt", methods=["POST"], content_types=[])
def post_prompt(session_id: str) -> Response:
    """Proposes a prompt, or makes a version of one."""
    from chalicelib.web.host import prompt

    return answer_host(routes, lambda host: prompt.receive_prompt(host, session_id))


@routes.route("/sessions/{session_id}/review", methods=READ, content_types=[])
def get_review(session_id: str) -> Response:
    """Returns the page of a review of the facilitator."""
    from chalicelib.web.host import review

    return answer_host(routes, lambda host: review.show_review(host, session_id))


@routes.route("/sessions/{session_id}/review", methods=["POST"], content_types=[])
def post_review(session_id: str) -> Response:
    """Reviews the facilitator, or shows what a rule would change of the prompt."""
    from chalicelib.web.host import review

    return answer_host(routes, lambda host: review.receive_review(host, session_id))


@routes.route("/sessions/{session_id}/history", methods=READ, content_types=[])
def get_history(session_id: str) -> Response:
    """Returns what the texts of a session were before."""
    from chalicelib.web.host import history

    return answer_host(routes, lambda host: history.show_history(host, session_id))


@routes.route("/sessions/{session_id}/history", methods=["POST"], content_types=[])
def post_history(session_id: str) -> Response:
    """Brings an earlier text back."""
    from chalicelib.web.host import history

    return answer_host(routes, lambda host: history.receive_history(host, session_id))


@routes.route("/sessions/{session_id}/form", methods=READ, content_types=[])
def get_form(session_id: str) -> Response:
    """Returns the editor of the form that participants fill in."""
    from chalicelib.web.host import form_editor

    return answer_host(routes, lambda host: form_editor.show_form(host, session_id))


@routes.route("/sessions/{session_id}/form", methods=["POST"], content_types=[])
def post_form(session_id: str) -> Response:
    """Saves the form, or takes one step in it."""
    from chalicelib.web.host import form_editor

    return answer_host(routes, lambda host: form_editor.receive_form(host, session_id))


@routes.route("/sessions/{session_id}/people", methods=READ, content_types=[])
def get_people(session_id: str) -> Response:
    """Returns the people of a session."""
    from chalicelib.web.host import people

    return answer_host(routes, lambda host: people.show_people(host, session_id))


@routes.route("/sessions/{session_id}/people", methods=["POST"], content_types=[])
def post_people(session_id: str) -> Response:
    """Takes somebody out of the results, or in again."""
    from chalicelib.web.host import people

    return answer_host(routes, lambda host: people.receive_people(host, session_id))


@routes.route("/sessions/{session_id}/invitations", methods=READ, content_types=[])
def get_invitations(session_id: str) -> Response:
    """Returns the people who are invited."""
    from chalicelib.web.host import invitations

    return answer_host(routes, lambda host: invitations.show_invitations(host, session_id))


@routes.route("/sessions/{session_id}/invitations", methods=["POST"], content_types=[])
def post_invitations(session_id: str) -> Response:
    """Invites people, writes to them once more, or removes an invitation."""
    from chalicelib.web.host import invitations

    return answer_host(routes, lambda host: invitations.receive_invitations(host, session_id))


@routes.route("/sessions/{session_id}/people/{person_id}", methods=READ, content_types=[])
def get_person(session_id: str, person_id: str) -> Response:
    """Returns somebody's conversation."""
    from chalicelib.web.host import person

    return answer_host(routes, lambda host: person.show_person(host, session_id, person_id))


@routes.route("/sessions/{session_id}/people/{person_id}", methods=["POST"], content_types=[])
def post_person(session_id: str, person_id: str) -> Response:
    """Takes somebody out of the results, or in again, or removes them."""
    from chalicelib.web.host import person

    return answer_host(routes, lambda host: person.receive_person(host, session_id, person_id))


@routes.route("/sessions/{session_id}/summary", methods=READ, content_types=[])
def get_summary(session_id: str) -> Response:
    """Returns the summary of a session."""
    from chalicelib.web.host import summary

    return answer_host(routes, lambda host: summary.show(host, session_id))


@routes.route("/sessions/{session_id}/summary", methods=["POST"], content_types=[])
def post_summary(session_id: str) -> Response:
    """Has the summary of a session written."""
    from chalicelib.web.host import summary

    return answer_host(routes, lambda host: summary.receive(host, session_id))


@routes.route("/sessions/{session_id}/summaries", methods=READ, content_types=[])
def get_summaries(session_id: str) -> Response:
    """Returns the last summaries of a session, and what changed from one to another."""
    from chalicelib.web.host import summary_history

    return answer_host(routes, lambda host: summary_history.show(host, session_id))


@routes.route("/sessions/{session_id}/knowledge", methods=READ, content_types=[])
def get_knowledge(session_id: str) -> Response:
    """Returns what a session came to know."""
    from chalicelib.web.host import knowledge

    return answer_host(routes, lambda host: knowledge.show_knowledge(host, session_id))


@routes.route("/sessions/{session_id}/knowledge", methods=["POST"], content_types=[])
def post_knowledge(session_id: str) -> Response:
    """Has collected what a session came to know."""
    from chalicelib.web.host import knowledge

    return answer_host(routes, lambda host: knowledge.receive_knowledge(host, session_id))


@routes.route("/sessions/{session_id}/recap", methods=READ, content_types=[])
def get_recap(session_id: str) -> Response:
    """Returns the recap of a session."""
    from chalicelib.web.host import recap

    return answer_host(routes, lambda host: recap.show(host, session_id))


@routes.route("/sessions/{session_id}/similarity", methods=READ, content_types=[])
def get_similarity(session_id: str) -> Response:
    """Returns how alike the people of a session are."""
    from chalicelib.web.host import similarity

    return answer_host(routes, lambda host: similarity.show(host, session_id))


@routes.route("/sessions/{session_id}/insights", methods=READ, content_types=[])
def get_insights(session_id: str) -> Response:
    """Returns what hosts noted of a session."""
    from chalicelib.web.host import insights

    return answer_host(routes, lambda host: insights.show_insights(host, session_id))


@routes.route("/sessions/{session_id}/insights", methods=["POST"], content_types=[])
def post_insights(session_id: str) -> Response:
    """Adds an insight, or changes, moves, shows, hides or deletes one."""
    from chalicelib.web.host import insights

    return answer_host(routes, lambda host: insights.receive_insights(host, session_id))


@routes.route("/sessions/{session_id}/export", methods=READ, content_types=[])
def get_export(session_id: str) -> Response:
    """Returns what there is to take away of a session."""
    from chalicelib.web.host import export

    return answer_host(routes, lambda host: export.show_export(host, session_id))


@routes.route("/sessions/{session_id}/export", methods=["POST"], content_types=[])
def post_export(session_id: str) -> Response:
    """Returns a file that was chosen."""
    from chalicelib.web.host import export

    return answer_host(routes, lambda host: export.receive_export(host, session_id))


@routes.route("/sessions/{session_id}/export/file", methods=READ, content_types=[])
def get_export_file(session_id: str) -> Response:
    """Returns a file to take away."""
    from chalicelib.web.host import export

    return answer_host(routes, lambda host: export.send_export(host, session_id))


@routes.route("/sessions/{session_id}/answers", methods=READ, content_types=[])
def get_answers(session_id: str) -> Response:
    """Returns the answers of a session, and slices of them."""
    from chalicelib.web.host import answers

    return answer_host(routes, lambda host: answers.show(host, session_id))


@routes.route("/sessions/{session_id}/answers/{question_id}", methods=READ, content_types=[])
def get_answer_texts(session_id: str, question_id: str) -> Response:
    """Returns the answers to one question, as they were entered."""
    from chalicelib.web.host import answers

    return answer_host(routes, lambda host: answers.show_texts(host, session_id, question_id))


@routes.route("/sessions/{session_id}/themes/{theme_id}", methods=READ, content_types=[])
def get_theme(session_id: str, theme_id: str) -> Response:
    """Returns the people who speak of a theme."""
    from chalicelib.web.host import answers

    return answer_host(routes, lambda host: answers.show_theme(host, session_id, theme_id))


@routes.route("/sessions/{session_id}/ask", methods=READ, content_types=[])
def get_ask(session_id: str) -> Response:
    """Returns the page on which members ask what people said."""
    from chalicelib.web.host import ask

    return answer_host(routes, lambda host: ask.show_ask(host, session_id))


@routes.route("/sessions/{session_id}/ask", methods=["POST"], content_types=[])
def post_ask(session_id: str) -> Response:
    """Answers a question, or keeps an answer."""
    from chalicelib.web.host import ask

    return answer_host(routes, lambda host: ask.receive_ask(host, session_id))
