"""The memory of a project as prompts have it: one data tag a point, without numbers of people."""

from chalicelib.llm import tags
from chalicelib.model.memory import Memory, Remembered


def render_memory(memory: Memory) -> str:
    """The block as a prompt has it; empty where nothing can be told."""
    return "\n".join(render_point(it) for it in memory.points if it.is_told)


def render_point(it: Remembered) -> str:
    """One point, under its kind."""
    label = {"label": it.point.label} if it.point.label else {}
    return tags.data(it.point.kind, it.point.text, **label)
