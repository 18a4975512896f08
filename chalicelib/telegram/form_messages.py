"""What the bot says while somebody joins: what they should know, the name, the questions of the form with their buttons."""

from chalicelib.model import Question, Session, SessionView
from chalicelib.model.telegram import Attendance, Button, Buttons
from chalicelib.services.delivery.telegram_html import escape, from_markdown
from chalicelib.services.participants.form import ANSWER_LIMIT
from chalicelib.settings import settings
from chalicelib.telegram import form
from chalicelib.telegram.addresses import shorten
from chalicelib.text.normalise import one_line
from chalicelib.web.kit.contact import find_contact
from chalicelib.web.kit.disclosures import find_video, list_facts, list_gist
from chalicelib.web.kit.form_fields import question_text
from chalicelib.web.kit.texts import Texts

_LONG_LABEL = 36  # characters that a phone shows of a button; of longer options, the message has the whole
_SHORT_LABEL = 10  # several of these stand beside each other
_IN_ROW = 3

Shown = tuple[str, Buttons]
"""A message: its HTML and its buttons."""


def tap(session_id: str, *what: str) -> str:
    """Returns the data of a button of this session's form."""
    return ":".join(("join", shorten(session_id), *what))


def show_welcome(view: SessionView, texts: Texts) -> Shown:
    """Returns what somebody should know before they take part, and the button that starts."""
    session = view.session
    asks = [escape(texts("asked_by", host=session.host_name))] if session.host_name else []
    parts = [*asks, f"<b>{escape(session.topic)}</b>"]
    parts += [f"<i>{escape(session.why)}</i>"] if session.why else []
    parts += [from_markdown(session.welcome_message)] if session.welcome_message else []
    if video := find_video(session.intro_video_url):
        parts.append(f'<a href="{escape(video[0])}">{escape(texts("bot_video"))}</a> ({escape(video[1])})')
    gist = "\n".join(line for _, line in list_gist(view, texts))
    parts += [escape(gist), escape(texts("bot_carrier")), _list_facts(view, texts)]
    return "\n\n".join(parts), ((Button(texts("start"), tap(session.id, "start")),),)


def _list_facts(view: SessionView, texts: Texts) -> str:
    """Returns the facts, folded up as on the page."""
    facts = list_facts(view, texts)
    if contact := find_contact(settings().support_contact):
        facts.append((texts("fact_contact"), contact.shown))
    told = "\n".join(f"<b>{escape(what)}</b>\n{escape(how)}" for what, how in facts)
    return f"<blockquote expandable>{told}</blockquote>"


def show_name(session: Session, first_name: str, texts: Texts) -> Shown:
    """Returns the question for a name, with that of the Telegram account to choose."""
    label = one_line(first_name, _LONG_LABEL)
    first = ((Button(label, tap(session.id, "name", "first")),),) if label else ()
    return escape(texts("bot_ask_name")), (*first, (Button(texts("bot_no_name"), tap(session.id, "name", "none")),))


def ask_if_name(session: Session, texts: Texts) -> Shown:
    """Returns the question whether words that read like a sentence are a name."""
    take = Button(texts("bot_take_name"), tap(session.id, "name", "take"))
    drop = Button(texts("bot_no_name"), tap(session.id, "name", "drop"))
    return escape(texts("bot_is_name")), ((take,), (drop,))


def show_question(view: SessionView, attended: Attendance, question: Question, texts: Texts) -> Shown:
    """Returns a question of the form, with what was entered for it before, and what is wrong with that by now."""
    required = texts("required" if question.required else "optional")
    number, count = question.position + 1, len(view.questions)
    parts = [f"<i>{escape(texts('bot_question_of', number=number, count=count))} · {escape(required)}</i>"]
    parts.append(f"<b>{escape(question_text(question, texts))}</b>")
    if _has_long_options(question):
        parts += [f"{place}. {escape(option)}" for place, option in enumerate(question.options, 1)]
    parts += [escape(texts("widget_hint_many"))] if question.multiple else []
    if entered := form.entered_text(attended):
        parts.append(f"<i>{escape(texts('you_entered', words=entered))}</i>")
    return "\n".join(parts), question_buttons(view, attended, question, texts)


def question_buttons(view: SessionView, attended: Attendance, question: Question, texts: Texts) -> Buttons:
    """Returns the buttons of the question that is asked: its options, and how to go on and back."""
    session_id, stamp = view.session.id, form.stamp_of(question)
    chosen = attended.widget.chosen if attended.widget else ()
    labels = [_label(question, place, is_chosen=place in chosen) for place in range(len(question.options))]
    options = [Button(label, tap(session_id, "pick", stamp, str(place))) for place, label in enumerate(labels)]
    step = _IN_ROW if all(len(option) <= _SHORT_LABEL for option in question.options) else 1
    rows = [tuple(options[start : start + step]) for start in range(0, len(options), step)]
    is_first = form.find_before(view, attended) is None and not form.asks_name(view)
    moves = [] if is_first else [Button(texts("bot_back"), tap(session_id, "back", stamp))]
    fits = form.entered_text(attended) and form.is_refused(view, attended, question) is None
    if question.multiple and (chosen or question.required):
        moves.append(Button(texts("bot_done"), tap(session_id, "done", stamp)))
    elif fits:
        moves.append(Button(texts("bot_keep"), tap(session_id, "keep", stamp)))
    if not question.required and not chosen and not fits:
        moves.append(Button(texts("bot_skip"), tap(session_id, "skip", stamp)))
    return (*rows, *([tuple(moves)] if moves else []))


def show_kept(view: SessionView, attended: Attendance, question: Question, texts: Texts) -> Shown:
    """Returns that an answer is kept, and goes on with what is written next."""
    so_far = texts("count_of", count=len(form.entered_text(attended)), limit=ANSWER_LIMIT)
    done = Button(texts("bot_done"), tap(view.session.id, "keep", form.stamp_of(question)))
    return escape(texts("bot_write_on", so_far=so_far, done=texts("bot_done"))), ((done,),)


def show_answered(text: str, answer: str, texts: Texts) -> str:
    """Returns a question that was answered by a button, with the answer."""
    return f"<b>{escape(text)}</b>\n✓ {escape(answer or texts('no_answer'))}"


def _label(question: Question, place: int, *, is_chosen: bool) -> str:
    label = one_line(question.options[place], _LONG_LABEL)
    numbered = f"{place + 1}. {label}" if _has_long_options(question) else label
    return f"✓ {numbered}" if is_chosen else numbered


def _has_long_options(question: Question) -> bool:
    return any(len(option) > _LONG_LABEL for option in question.options)
