"""Stages to move between."""

from pathlib import Path
from typing import Any

import pytest

from tests.infra.movement.stages import Stages, activate_here


@pytest.fixture
def stages(
    data_stack_in_memory: tuple[list[dict[str, Any]], dict[str, str]],
    aws: None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Stages:
    """The stage of the test, and new ones."""
    activate_here(monkeypatch)
    return Stages(data_stack_in_memory[0], tmp_path, capsys)
