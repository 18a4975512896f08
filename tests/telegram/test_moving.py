"""A bot whose stage moves, with its secret: whoever talked with it goes on."""

from pathlib import Path
from typing import Any

import pytest

from infra.local.telegram.people import Person
from tests.api.hosts import Host
from tests.infra.movement.stages import Stages, activate_here
from tests.telegram.local_telegram import LocalTelegram
from tests.telegram.talk import begin, stored, write


def test_a_private_chat_goes_on_in_another_stage(
    telegram: LocalTelegram,
    host: Host,
    data_stack_in_memory: tuple[list[dict[str, Any]], dict[str, str]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    activate_here(monkeypatch)
    stages, session = Stages(data_stack_in_memory[0], tmp_path, capsys), host.new_session()
    bo: Person = begin(telegram, telegram.person("Bo"), session)
    write(telegram, bo, "More buses.")
    file = stages.new_file()
    stages.run("export", "stage", "--with-secret", str(file))
    stages.leave()
    stages.run("import", str(file))
    write(telegram, bo, "In the evening.")
    said = [words for role, words in stored(session) if role == "user"]
    assert said == ["More buses.", "In the evening."]
    assert stored(session)[-1][0] == "assistant"
