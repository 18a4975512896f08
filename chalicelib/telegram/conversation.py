"""The conversation in a private chat: what somebody writes, what they change of it, its end, and going on with it."""

from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import HarmonicaError, Invalid, NotFound
from chalicelib.model.telegram import AskReply, Attendance, EarlyWords, Outgoing, SendOwnWords, ShowTyping
from chalicelib.services.access.sizes import CONTENT_LIMIT
from chalicelib.services.conversations.deferred_reply import StoredMessage, change_message, store_message
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.conversations.request_context import AccessEnded
from chalicelib.services.safety import danger_in
from chalicelib.telegram import commands, joining, rating
from chalicelib.telegram.care import answer_danger
from chalicelib.telegram.incoming import Incoming, Step
from chalicelib.telegram.participants import find_begun, participant_in
from chalicelib.telegram.refusals import ask_reply, explain_refusal
from chalicelib.telegram.update import NO_WORDS
from chalicelib.text.normalise import is_blank
from chalicelib.web.kit.disclosures import join_sentences

_MOST_EARLY = 20_000  # characters, for as long as the facilitator is out of reach


def hear(incoming: Incoming, attended: Attendance) -> Step:
    """Stores what somebody says; the reply follows when they have been silent for a moment."""
    message, texts = incoming.message, incoming.texts
    if message.forward_origin:
        return Step((incoming.say(texts("bot_forwarded")),))
    words = message.text or message.caption or ""
    if is_blank(words):
        is_something = bool(words) or any(getattr(message, kind) for kind in NO_WORDS)
        return Step((incoming.say(texts("bot_only_words")),) if is_something else ())
    if len(words) > CONTENT_LIMIT:
        told = f"{texts('over_limit', count=len(words), limit=CONTENT_LIMIT)} {texts('bot_not_stored')}"
        return Step((*answer_danger(incoming, words), incoming.say(told)))
    if attended.stage == "begins":
        return _keep_early(incoming, attended, words)
    if attended.feedback == "comment":
        step = rating.take_comment(incoming, attended, words)
        return replace(step, sends=(*answer_danger(incoming, words), *step.sends))
    return _store(incoming, attended, words)


def _store(incoming: Incoming, attended: Attendance, words: str) -> Step:
    who, deps = participant_in(attended), container.conversation_deps_without_model()
    said = NewMessage(words, incoming.message_id)
    try:
        stored = store_message(attended.session_id, who, said, deps=deps)
    except (Invalid, NotFound) as error:
        return _refuse(incoming, error, words)
    asked = ask_reply(incoming, attended, stored.sequence)
    return Step((*_care_for(incoming, stored), *_tell_unseen(incoming), asked))


def _keep_early(incoming: Incoming, attended: Attendance, words: str) -> Step:
    """Keeps what is said before the facilitator's first message: it is stored behind that, and answered."""
    early, texts = (*attended.early, EarlyWords(incoming.message_id, words)), incoming.texts
    ask = AskReply(incoming.chat_id, attended.session_id)
    if sum(len(said.content) for said in early) > _MOST_EARLY:
        full = incoming.say(f"{texts('opening_coming')} {texts('bot_send_again')}")
        return Step((*answer_danger(incoming, words), full, ask))
    told = () if attended.early else (incoming.say(texts("bot_kept_early")),)
    care = () if danger_in(said.content for said in attended.early) else answer_danger(incoming, words)
    sends = (*care, *_tell_unseen(incoming), *told, ask)
    return Step(sends, attended=replace(attended, early=early))


def _tell_unseen(incoming: Incoming) -> tuple[Outgoing, ...]:
    return () if incoming.message.text else (incoming.say(incoming.texts("bot_caption_only")),)


def edit(incoming: Incoming) -> Step:
    """Takes over what somebody changed in a message of theirs: in its place, or behind the reply as a further message."""
    words = incoming.message.text or incoming.message.caption or ""
    if is_blank(words) or len(words) > CONTENT_LIMIT or incoming.message.forward_origin:
        return Step()
    if step := _edit_early(incoming, words):
        return step
    changed = NewMessage(words, incoming.message_id)
    added_as, deps = f"{incoming.message_id}.{incoming.update.update_id}", container.conversation_deps_without_model()
    for attended in _begun(incoming):
        who = participant_in(attended)
        try:
            stored = change_message(attended.session_id, who, changed, added_as, deps=deps)
        except (AccessEnded, NotFound):
            continue
        except Invalid as error:
            return _refuse(incoming, error, words)
        if stored:
            return _tell_changed(incoming, attended, stored)
    return Step(() if words.startswith("/") else (incoming.say(incoming.texts("bot_edit_lost")),))


def _edit_early(incoming: Incoming, words: str) -> Step | None:
    """Takes over what somebody changed in what they had said too early; None where it is not that."""
    changed = EarlyWords(incoming.message_id, words)
    for attended in incoming.view.attended.values():
        early = tuple(changed if said.message_id == changed.message_id else said for said in attended.early)
        if any(said.message_id == changed.message_id for said in attended.early):
            return Step(answer_danger(incoming, words), attended=replace(attended, early=early))
    return None


def stop(incoming: Incoming, _: str) -> Step:
    """Ends the conversation, as the participant wants. What it comes to is told by the worker of replies, which has the model."""
    attended = incoming.view.current
    if attended is None:
        return commands.tell_how_to_begin(incoming)
    if attended.stage not in ("talks", "ends"):
        told = [incoming.texts("bot_not_begun")]
        told += [] if attended.stage == "begins" else [incoming.texts("bot_nothing_sent")]
        return Step((incoming.say(join_sentences(told, incoming.texts)),))
    if attended.feedback is not None:
        return Step((incoming.say(incoming.texts("bot_concluded")),))
    try:
        find_begun(attended)
    except NotFound:
        return Step((incoming.say(incoming.texts("bot_gone")),))
    ask = AskReply(incoming.chat_id, attended.session_id)
    return Step((ShowTyping(incoming.chat_id), ask), attended=replace(attended, stage="ends"))


def resume(incoming: Incoming, argument: str) -> Step:
    """Goes on with the session that this chat is about, or the only one that there is."""
    attended = incoming.view.attended
    current = incoming.view.chat.session_id or (next(iter(attended)) if len(attended) == 1 else None)
    return joining.open_session(incoming, current) if current else commands.list_sessions(incoming, argument)


def show_own_words(incoming: Incoming, _: str) -> Step:
    """Sends what this person said."""
    attended = incoming.view.current
    if attended is None:
        return commands.tell_how_to_begin(incoming)
    return Step((SendOwnWords(incoming.chat_id, attended.session_id),))


def _refuse(incoming: Incoming, error: HarmonicaError, words: str) -> Step:
    return Step((*answer_danger(incoming, words), incoming.say(explain_refusal(error, incoming.texts))))


def _begun(incoming: Incoming) -> list[Attendance]:
    """Returns the conversations of this chat, the current one first."""
    begun = [it for it in incoming.view.attended.values() if it.stage in ("talks", "ends")]
    return sorted(begun, key=lambda it: it.session_id != incoming.view.chat.session_id)


def _tell_changed(incoming: Incoming, attended: Attendance, stored: StoredMessage) -> Step:
    if stored.outcome == "unchanged":
        return Step()
    noted = (incoming.say(incoming.texts("bot_edit_noted")),) if stored.outcome == "added" else ()
    return Step((*_care_for(incoming, stored), *noted, ask_reply(incoming, attended, stored.sequence)))


def _care_for(incoming: Incoming, stored: StoredMessage) -> tuple[Outgoing, ...]:
    """What is said at once where these words show a sign of danger, and none of those just before them did."""
    run = list[str]()
    for message in reversed(stored.context.history):
        if message.sequence <= stored.sequence:
            if message.role == "assistant":
                break
            run.append(message.content)
    return answer_danger(incoming, run[0]) if run and not danger_in(run[1:]) else ()
