"""A widget of the facilitator's as buttons below its message: one option, several, a number of a scale, an order."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Invalid, NotFound, WidgetValueRefused
from chalicelib.model import Message
from chalicelib.model.telegram import Attendance, Button, Buttons, Edit, OpenWidget, ShowWidget
from chalicelib.services.conversations import request_context
from chalicelib.services.conversations.deferred_reply import store_message
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.conversations.request_context import AccessEnded, RequestContext
from chalicelib.services.delivery import telegram_html
from chalicelib.services.facilitation.widgets import SCALE, Spec, choices_of, describe_value, text_beside
from chalicelib.telegram.addresses import chat_token, shorten
from chalicelib.telegram.incoming import Incoming, Step
from chalicelib.telegram.languages import texts_for
from chalicelib.telegram.participants import participant_in
from chalicelib.telegram.refusals import ask_reply, explain_refusal
from chalicelib.text.normalise import one_line
from chalicelib.web.kit.texts import Texts

_SEND = "send"
_OF_SEVERAL = {"MultiSelect": "widget_hint_many", "RankingList": "bot_rank_hint"}
_ROOM = 40  # characters that a button shows on most screens
_NUMBERS_A_ROW = 6


class _Tapped(Struct, frozen=True):
    """A tap on a button of a widget: whose, and which; `place` is None for the one that sends."""

    attended: Attendance
    context: RequestContext
    asked: Message
    spec: Spec
    place: int | None

    @property
    def message_id(self) -> str:
        """The id of the answer: a widget has one, however often it is tapped."""
        return f"{self.attended.token}.w{self.asked.sequence}"

    @property
    def chosen(self) -> tuple[int, ...]:
        """What was chosen before this tap."""
        kept = self.attended.widget
        return kept.chosen if kept and kept.sequence == self.asked.sequence else ()


def render_widget(message: Message, session_id: str, texts: Texts, chosen: Sequence[int] = ()) -> tuple[str, Buttons]:
    """Returns the HTML and the buttons of a message with a widget. Choices that have no room on a button stand in the text, too."""
    spec = message.widget_spec
    assert spec is not None
    html, hint = _render_question(message.content, spec), _OF_SEVERAL.get(spec["root"]["type"])
    if hint:
        html += f"\n\n<i>{texts(hint)}</i>"
    return html, _render_buttons(spec, f"widget:{shorten(session_id)}:{message.sequence}", texts, chosen)


def _render_question(content: str, spec: Spec) -> str:
    has_room = spec["root"]["type"] != SCALE and all(len(choice) <= _ROOM for choice in choices_of(spec))
    return telegram_html.from_markdown(text_beside(content, spec) if has_room else content)


def _render_buttons(spec: Spec, data: str, texts: Texts, chosen: Sequence[int]) -> Buttons:
    kind, choices = spec["root"]["type"], choices_of(spec)
    buttons = [
        Button(_mark(kind, place, chosen) + one_line(it, _ROOM), f"{data}:{place}") for place, it in enumerate(choices)
    ]
    if kind == SCALE:
        rows = -(-len(buttons) // _NUMBERS_A_ROW)
        width = -(-len(buttons) // rows)
        return tuple(tuple(buttons[first : first + width]) for first in range(0, len(buttons), width))
    sending = ((Button(texts("widget_send"), f"{data}:{_SEND}"),),) if kind in _OF_SEVERAL else ()
    return (*((button,) for button in buttons), *sending)


def _mark(kind: str, place: int, chosen: Sequence[int]) -> str:
    if place not in chosen:
        return ""
    return f"{chosen.index(place) + 1}. " if kind == "RankingList" else "✓ "


def tap(incoming: Incoming, parts: list[str]) -> Step:
    """Takes a choice in a widget: at once where one tap is all, else with the button that sends."""
    try:
        tapped = _read_tap(incoming, parts)
    except NotFound as error:
        return Step((incoming.answer_tap(), incoming.say(explain_refusal(error, incoming.texts))))
    if tapped is None:
        return Step((incoming.answer_tap(incoming.texts("bot_button_old")), *incoming.change_tapped()))
    history = tapped.context.history
    if known := next((it for it in history if it.message_id == tapped.message_id), None):
        return _show_answered(incoming, tapped, known.sequence)
    if tapped.context.begun.last_sequence != tapped.asked.sequence or tapped.context.begun.concluded:
        return _show_answered(incoming, tapped)
    kind = tapped.spec["root"]["type"]
    if kind in _OF_SEVERAL and tapped.place is not None:
        return _choose_another(incoming, tapped, tapped.place)
    if kind in _OF_SEVERAL and (missing := _explain_missing(tapped, incoming.texts)):
        return Step((incoming.answer_tap(missing),))
    return _send_answer(incoming, tapped, _value_of(tapped))


def show_widget(what: ShowWidget) -> None:
    """Shows the buttons of a widget as they are now; once it is answered, the answer in their place."""
    token, now = chat_token(what.chat_id, container.deployment_secret()), container.clock().now()
    view = container.telegram_chats().view(token, now)
    attended = view.attended.get(what.session_id)
    try:
        context = _find(attended) if attended else None
    except (AccessEnded, NotFound):
        return
    edit = Edit(what.chat_id, what.message_id)
    asked = _asked(context, what.sequence) if context else None
    if attended and context and asked and asked.widget_spec:
        texts = texts_for(view.chat, attended)
        kept = attended.widget if attended.widget and attended.widget.sequence == what.sequence else None
        if context.begun.last_sequence == what.sequence and not context.begun.concluded:
            buttons = render_widget(asked, what.session_id, texts, kept.chosen if kept else ())[1]
            edit = replace(edit, buttons=buttons)
        elif answer := _answer_to(context, asked):
            html = _render_question(asked.content, asked.widget_spec)
            edit = replace(edit, html=_add_answer(html, describe_value(asked.widget_spec, answer.widget_value)))
    container.telegram_api().send(edit)


def _read_tap(incoming: Incoming, parts: list[str]) -> _Tapped | None:
    """Returns what was tapped; None for a button that leads nowhere any more."""
    attended = incoming.attended_by(parts[0]) if len(parts) == 3 else None
    if attended is None or attended.stage not in ("talks", "ends") or not parts[1].isdecimal():
        return None
    context = _find(attended)
    asked = _asked(context, int(parts[1]))
    if asked is None or asked.widget_spec is None:
        return None
    if parts[2] == _SEND:
        return _Tapped(attended, context, asked, asked.widget_spec, None)
    if not parts[2].isdecimal() or int(parts[2]) >= len(choices_of(asked.widget_spec)):
        return None
    return _Tapped(attended, context, asked, asked.widget_spec, int(parts[2]))


def _find(attended: Attendance) -> RequestContext:
    deps = container.conversation_deps_without_model()
    return request_context.with_history(request_context.find(attended.session_id, participant_in(attended), deps), deps)


def _asked(context: RequestContext, sequence: int) -> Message | None:
    return next((it for it in context.history if it.sequence == sequence and it.role == "assistant"), None)


def _answer_to(context: RequestContext, asked: Message) -> Message | None:
    """Returns the answer in a widget: of the participant's messages up to the facilitator's next one."""
    for message in context.history:
        if message.sequence > asked.sequence:
            if message.role == "assistant":
                return None
            if message.widget_value is not None:
                return message
    return None


def _show_answered(incoming: Incoming, tapped: _Tapped, sequence: int | None = None) -> Step:
    """Says that a widget was answered; with `sequence`, by the taps before, or by this very one at its first try."""
    shown = _show(incoming, tapped)
    if sequence is None:
        old = "bot_button_old" if tapped.context.begun.concluded else "widget_gone"
        return Step((incoming.answer_tap(incoming.texts(old)), *shown))
    return Step((incoming.answer_tap(), ask_reply(incoming, tapped.attended, sequence), *shown))


def _choose_another(incoming: Incoming, tapped: _Tapped, place: int) -> Step:
    chosen = tapped.chosen
    chosen = tuple(it for it in chosen if it != place) if place in chosen else (*chosen, place)
    attended = replace(tapped.attended, widget=OpenWidget(tapped.asked.sequence, chosen))
    return Step((incoming.answer_tap(), *_show(incoming, tapped)), attended=attended)


def _explain_missing(tapped: _Tapped, texts: Texts) -> str | None:
    count = len(choices_of(tapped.spec))
    if tapped.spec["root"]["type"] == "RankingList" and len(tapped.chosen) < count:
        return texts("widget_places", count=count)
    return None if tapped.chosen else texts("widget_missing")


def _value_of(tapped: _Tapped) -> Any:
    kind, choices = tapped.spec["root"]["type"], choices_of(tapped.spec)
    if tapped.place is not None:
        return int(choices[tapped.place]) if kind == SCALE else choices[tapped.place]
    return [choices[place] for place in (tapped.chosen if kind == "RankingList" else sorted(tapped.chosen))]


def _send_answer(incoming: Incoming, tapped: _Tapped, value: Any) -> Step:
    attended = tapped.attended
    said = NewMessage(describe_value(tapped.spec, value), tapped.message_id, value)
    who, deps = participant_in(attended), container.conversation_deps_without_model()
    try:
        stored = store_message(attended.session_id, who, said, deps=deps, widget=tapped.asked.sequence)
    except WidgetValueRefused:
        return _show_answered(incoming, tapped)
    except (Invalid, NotFound) as error:
        return Step((incoming.answer_tap(), incoming.say(explain_refusal(error, incoming.texts))))
    reply = ask_reply(incoming, attended, stored.sequence)
    chat = incoming.with_current(attended.session_id)
    return Step((incoming.answer_tap(), reply, *_show(incoming, tapped)), chat, replace(attended, widget=None))


def _show(incoming: Incoming, tapped: _Tapped) -> tuple[ShowWidget, ...]:
    """The message that was tapped as it is from now on; nothing where it is too old to be changed."""
    message = incoming.update.tap.message if incoming.update.tap else None
    if message is None:
        return ()
    return (ShowWidget(incoming.chat_id, message.message_id, tapped.attended.session_id, tapped.asked.sequence),)


def _add_answer(html: str, chosen: str) -> str | None:
    """Returns the last part of the message with the answer below it; None where there is no room: then the buttons just go."""
    parts = telegram_html.split(f"{html}\n\n✓ <b>{telegram_html.escape(chosen)}</b>")
    return parts[-1] if len(parts) == len(telegram_html.split(html)) else None
