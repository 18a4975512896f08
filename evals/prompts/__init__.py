"""What judges and model-played participants are told: one `.md` file each."""

from pathlib import Path
from string import Template


def fill(name: str, **values: str) -> str:
    """The prompt `<name>.md` with its placeholders filled; a missing value is an error."""
    text = Path(__file__).with_name(f"{name}.md").read_text(encoding="utf-8").strip()
    return Template(text).substitute(values)
