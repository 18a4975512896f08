"""What somebody taps or writes while they join: it is taken by the rules of the form, or they are told why not."""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import Forbidden, Invalid, NotFound
from chalicelib.model import Question, SessionView
from chalicelib.model.telegram import AnswerTap, Attendance, Button, OpenWidget, Outgoing
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.services.participants.form import NAME_LIMIT, AnswerRefused
from chalicelib.services.sessions.participant_limit import is_full
from chalicelib.telegram import form, form_messages, joining
from chalicelib.telegram.care import answer_danger
from chalicelib.telegram.incoming import Incoming, Step
from chalicelib.telegram.languages import texts_for
from chalicelib.telegram.participants import find_in_telegram
from chalicelib.text.normalise import is_blank, one_line
from chalicelib.web.kit.form_fields import explain_refusal, question_text

_LONGEST_NAME = 4  # words; what is longer, or ends as sentences do, may be said to the facilitator
_SENTENCE_ENDS = (".", "?", "!", "؟", "。", "？", "！")


class _Joining(Struct, frozen=True):
    """Somebody who joins, with what they sent; `question` is the one that is asked, None where it changed meanwhile."""

    incoming: Incoming
    attended: Attendance
    view: SessionView
    question: Question | None

    def text(self, key: str, **values: object) -> str:
        """A text of the catalogue as HTML."""
        return escape(self.incoming.texts(key, **values))

    def go_on(self, attended: Attendance, before: Sequence[Outgoing] = ()) -> Step:
        """Asks what comes next."""
        return joining.go_on(self.incoming, attended, self.view, before)

    def refuse(self, error: Invalid) -> str:
        """What is wrong with an answer, in words."""
        if isinstance(error, AnswerRefused):
            return explain_refusal(error, self.incoming.texts)
        return self.incoming.texts("refused_together")


def tap(incoming: Incoming, parts: list[str]) -> Step:
    """Does what a button of the form says."""
    step = _tap(incoming, parts)
    is_answered = any(isinstance(it, AnswerTap) for it in step.sends)
    return step if is_answered else replace(step, sends=(incoming.answer_tap(), *step.sends))


def _tap(incoming: Incoming, parts: list[str]) -> Step:
    short, what, *values = [*parts, "", ""]
    known = incoming.attended_by(short)
    if known is None or what not in _TAPS:
        return _tell_outdated(incoming)
    found = _find(incoming, known.session_id)
    if isinstance(found, Step):
        return found
    step = _TAPS[what](found, values)
    return replace(step, chat=incoming.with_current(known.session_id)) if step.attended else step


def enter(incoming: Incoming, attended: Attendance) -> Step:
    """Takes what was written as the answer to what was asked."""
    found = _find(incoming, attended.session_id)
    if isinstance(found, Step):
        return found
    incoming, texts, words = found.incoming, found.incoming.texts, incoming.message.text
    if found.attended.stage == "start":
        start = Button(texts("start"), form_messages.tap(attended.session_id, "start"))
        first = incoming.say(found.text("bot_start_first", start=texts("start")), ((start,),))
        return Step((*answer_danger(incoming, words or ""), first))
    if incoming.message.forward_origin:
        step = joining.show_stage(incoming, found.attended, found.view)
        return replace(step, sends=(incoming.say(found.text("bot_forwarded")), *step.sends))
    if words is None or is_blank(words):
        step = joining.show_stage(incoming, found.attended, found.view)
        return replace(step, sends=(incoming.say(found.text("bot_in_words")), *step.sends))
    step = _enter_name(found, words) if found.attended.stage == "name" else _enter_answer(found, words)
    return replace(step, sends=(*answer_danger(incoming, words), *step.sends))


def _find(incoming: Incoming, session_id: str) -> _Joining | Step:
    """Returns where somebody stands who joins; in its place what to tell them where they don't, or can't any more."""
    try:
        attended, context = find_in_telegram(incoming, session_id)
    except (NotFound, Forbidden):
        step = joining.tell_missing(incoming, session_id)
        return replace(step, sends=(*step.sends, *_tell_unstored(incoming)))
    view = context.view
    incoming = replace(incoming, texts=texts_for(incoming.view.chat, attended))
    if context.thread or attended.stage in ("begins", "talks", "ends"):
        if incoming.update.tap:
            return _tell_outdated(incoming)
        step = joining.open_session(incoming, session_id)
        return replace(step, sends=(*_tell_unstored(incoming), *step.sends))
    if why := joining.tell_closed(view.session, incoming):
        return Step((incoming.say(joining.render_closed(why, attended, incoming.texts)), *_tell_unstored(incoming)))
    return _Joining(incoming, attended, view, form.find_asked(view, attended))


def _tell_unstored(incoming: Incoming) -> tuple[Outgoing, ...]:
    return () if incoming.update.tap else (incoming.say(escape(incoming.texts("bot_not_stored"))),)


def _tell_outdated(incoming: Incoming) -> Step:
    """Says that a button is an old one, and takes it away."""
    return Step((incoming.answer_tap(incoming.texts("bot_button_old")), *incoming.change_tapped()))


def _alert(found: _Joining, text: str) -> Step:
    return Step((found.incoming.answer_tap(text, is_alert=True),))


def _enter_name(found: _Joining, words: str) -> Step:
    name, incoming, texts = one_line(words), found.incoming, found.incoming.texts
    if not form.asks_name(found.view):  # the session became anonymous meanwhile
        return found.go_on(replace(found.attended, name=None), [incoming.say(found.text("anonymous"))])
    if len(name) > NAME_LIMIT:
        refused = found.text("refused_too_long", question=texts("question_name"), count=NAME_LIMIT)
        return joining.ask_name(incoming, found.attended, found.view, [incoming.say(refused)])
    named = replace(found.attended, name=name)
    if len(name.split()) > _LONGEST_NAME or name.endswith(_SENTENCE_ENDS):  # nobody's words become a name unasked
        return Step((incoming.say(*form_messages.ask_if_name(found.view.session, texts)),), attended=named)
    html = form_messages.show_answered(texts("bot_ask_name"), name, texts)
    change = Button(texts("bot_change_name"), form_messages.tap(found.view.session.id, "name", "again"))
    return found.go_on(named, [incoming.say(html, ((change,),) if form.find_next(found.view, named) else ())])


def _enter_answer(found: _Joining, words: str) -> Step:
    attended, incoming, question = found.attended, found.incoming, found.question
    if attended.asked is None:
        return found.go_on(attended, [incoming.say(found.text("bot_not_stored"))])
    adds = attended.widget is not None and not (question and question.multiple)
    try:
        given = f"{form.entered_text(attended)}\n{words}" if adds else words
        changed = form.enter(found.view, attended, given)
    except Invalid as error:
        refusal = incoming.say(escape(found.refuse(error)))
        if question is None or adds:
            return found.go_on(attended, [refusal])
        return joining.ask_question(incoming, attended, found.view, question, [refusal])
    if question and (adds or form.may_go_on(question, words)):
        kept = replace(changed, widget=OpenWidget(question.position))
        shown = form_messages.show_kept(found.view, kept, question, incoming.texts)
        return Step((incoming.say(*shown),), attended=kept)
    return found.go_on(changed)


def _start(found: _Joining, _: list[str]) -> Step:
    incoming, view = found.incoming, found.view
    if found.attended.stage != "start":
        return _tell_outdated(incoming)
    if is_full(view.taken, view.session.max_participants):
        return _alert(found, incoming.texts("full_text"))
    before = incoming.change_tapped()
    if form.asks_name(view):
        return joining.ask_name(incoming, found.attended, view, before)
    return found.go_on(found.attended, before)


def _name(found: _Joining, values: list[str]) -> Step:
    incoming, texts, attended, what = found.incoming, found.incoming.texts, found.attended, values[0]
    if what == "again" and attended.stage == "form" and form.asks_name(found.view):
        return _ask_name_again(found)
    if attended.stage != "name" or (what in ("take", "drop") and not attended.name):
        return _tell_outdated(incoming)
    name = None
    if what in ("first", "take") and form.asks_name(found.view):
        name = one_line(incoming.user.first_name, NAME_LIMIT) or None if what == "first" else attended.name
    html = form_messages.show_answered(texts("bot_ask_name"), name or texts("bot_no_name"), texts)
    dropped = [incoming.say(found.text("bot_name_not_stored"))] if what == "drop" else []
    return found.go_on(replace(attended, name=name), [*incoming.change_tapped(html), *dropped])


def _ask_name_again(found: _Joining) -> Step:
    attended = found.attended
    if found.question and (chosen := _chosen(found, found.question)):
        try:
            attended = form.enter(found.view, attended, chosen)
        except Invalid as error:
            return _alert(found, found.refuse(error))
    return joining.ask_name(found.incoming, attended, found.view, found.incoming.change_tapped())


def _again(found: _Joining, _: list[str]) -> Step:
    if found.attended.stage != "form" or found.attended.asked:
        return _tell_outdated(found.incoming)
    return found.go_on(found.attended, found.incoming.change_tapped())


def _pick(found: _Joining, question: Question, values: list[str]) -> Step:
    place = int(values[1]) if values[1].isdecimal() else len(question.options)
    if place >= len(question.options):
        return _tell_outdated(found.incoming)
    if not question.multiple:
        return _take(found, question, question.options[place])
    before = found.attended.widget.chosen if found.attended.widget else ()
    chosen = tuple(it for it in before if it != place) if place in before else (*before, place)
    attended = replace(found.attended, widget=OpenWidget(question.position, chosen))
    buttons = form_messages.question_buttons(found.view, attended, question, found.incoming.texts)
    return Step(found.incoming.change_tapped(buttons=buttons), attended=attended)


def _done(found: _Joining, question: Question, _: list[str]) -> Step:
    return _take(found, question, _chosen(found, question))


def _skip(found: _Joining, question: Question, _: list[str]) -> Step:
    return _take(found, question, "")


def _take(found: _Joining, question: Question, given: str | list[str]) -> Step:
    try:
        changed = form.enter(found.view, found.attended, given)
    except Invalid as error:
        return _alert(found, found.refuse(error))
    return _settle(found, question, changed)


def _keep(found: _Joining, question: Question, _: list[str]) -> Step:
    if not form.entered_text(found.attended) or form.is_refused(found.view, found.attended, question):
        return _tell_outdated(found.incoming)
    return _settle(found, question, replace(found.attended, widget=None))


def _settle(found: _Joining, question: Question, attended: Attendance) -> Step:
    """Goes on behind a question whose message shows from now on how it was answered."""
    texts = found.incoming.texts
    html = form_messages.show_answered(question_text(question, texts), form.entered_text(attended), texts)
    return found.go_on(attended, found.incoming.change_tapped(html))


def _back(found: _Joining, question: Question, _: list[str]) -> Step:
    incoming, attended, view = found.incoming, found.attended, found.view
    if chosen := _chosen(found, question):
        try:
            attended = form.enter(view, attended, chosen)
        except Invalid as error:
            return _alert(found, found.refuse(error))
    before = incoming.change_tapped()
    if earlier := form.find_before(view, attended):
        return joining.ask_question(incoming, attended, view, earlier, before)
    if form.asks_name(view):
        return joining.ask_name(incoming, attended, view, before)
    return _tell_outdated(incoming)


def _chosen(found: _Joining, question: Question) -> list[str]:
    """Returns the options that are chosen by taps."""
    widget = found.attended.widget
    return [question.options[it] for it in widget.chosen] if widget and question.multiple else []


def _of_question(act: Callable[[_Joining, Question, list[str]], Step]) -> Callable[[_Joining, list[str]], Step]:
    """Returns what a button below a question does; an old one says so, and of a question that changed, the new one is asked."""

    def take(found: _Joining, values: list[str]) -> Step:
        incoming = found.incoming
        if found.attended.stage != "form" or values[0] != form.asked_stamp(found.attended):
            return _tell_outdated(incoming)
        if found.question is None:
            changed = incoming.say(found.text("form_changed"))
            return found.go_on(found.attended, [*incoming.change_tapped(), changed])
        return act(found, found.question, values)

    return take


_TAPS: Mapping[str, Callable[[_Joining, list[str]], Step]] = {
    "start": _start,
    "name": _name,
    "again": _again,
    "pick": _of_question(_pick),
    "done": _of_question(_done),
    "keep": _of_question(_keep),
    "skip": _of_question(_skip),
    "back": _of_question(_back),
}
