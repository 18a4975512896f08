"""Words that are stored before a reply is made, in threads whose earlier part is condensed: nothing is stored twice."""

import pytest

from chalicelib import container
from chalicelib.services.conversations.deferred_reply import change_message, reply_to_stored, store_message
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.facilitation import condensed_history
from tests.clock import own_time
from tests.conversation import Conversation
from tests.faults import own_model


def test_what_is_condensed_is_known_and_an_edit_of_it_is_a_further_message_once(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Conversation(own_time(monkeypatch), own_model(monkeypatch))
    monkeypatch.setattr(condensed_history, "MOST_MESSAGES", 4)
    monkeypatch.setattr(condensed_history, "KEPT_MESSAGES", 2)
    talk.join()
    deps = container.conversation_deps()

    def store(words: str, message_id: str) -> int:
        said = NewMessage(words, message_id)
        return store_message(talk.session.id, talk.who, said, deps=deps).sequence

    def change(words: str, message_id: str, added_as: str) -> str | None:
        said = NewMessage(words, message_id)
        found = change_message(talk.session.id, talk.who, said, added_as, deps=deps)
        return found.outcome if found else None

    for number in range(4):
        store(f"Words {number}", f"chat.{number}")
        reply_to_stored(talk.session.id, talk.who, bool, deps=deps, deadline=talk.clock.deadline(24))
    whole = talk.said()
    assert store("Words 0", "chat.0") == 3  # its reply
    assert change("Words 0", "chat.0", "chat.0.7") == "unchanged"
    assert change("Words", "other.1", "other.1.9") is None
    assert talk.said() == whole
    for _ in range(2):
        assert change("Better words", "chat.0", "chat.0.8") == "added"
    assert change("Best words", "chat.0", "chat.0.9") == "replaced"
    assert talk.said() == [*whole, ("user", "Best words")]
