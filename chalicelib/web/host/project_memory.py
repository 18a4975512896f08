"""The memory of a project on pages: exactly what new sessions begin with, and where that comes from; and what one began with."""

from msgspec import Struct

from chalicelib import container
from chalicelib.model.memory import Conclusion, ConclusionKind, Memory
from chalicelib.operations.project_memory import MemoryPoint, get_project_memory
from chalicelib.operations.project_output import ProjectInput
from chalicelib.text.normalise import one_line
from chalicelib.web.host.request import HostRequest
from chalicelib.web.kit.texts import Texts

_NAME = 100


class ShownPoint(Struct, frozen=True):
    """Something that a project remembers, and the session that it is from."""

    label: str
    text: str
    people: str
    session_id: str
    session: str


class ShownMemory(Struct, frozen=True):
    """What new sessions of a project begin with, or would. `has_model`: whether one reads it in those of whoever looks."""

    inherit: bool
    has_model: bool
    groups: list[tuple[ConclusionKind, list[ShownPoint]]]
    text: str


def show_memory(host: HostRequest, project_id: str, texts: Texts) -> ShownMemory:
    """Returns what a project remembers, by kind, in the order in which a prompt has it."""
    found = host.perform(get_project_memory, ProjectInput(project_id=project_id))
    groups: dict[ConclusionKind, list[ShownPoint]] = {}
    for point in found.points:
        groups.setdefault(point.kind, []).append(_shown(point, texts))
    return ShownMemory(
        found.inherit, container.model_of_user(host.user_id).understands, list(groups.items()), found.text
    )


def group_received(memory: Memory) -> list[tuple[ConclusionKind, list[Conclusion]]]:
    """Returns what a session began with of its projects, as far as it may be told, by kind, in the order in which its prompt has it."""
    groups: dict[ConclusionKind, list[Conclusion]] = {}
    for it in memory.points:
        if it.is_told:
            groups.setdefault(it.point.kind, []).append(it.point)
    return list(groups.items())


def _shown(point: MemoryPoint, texts: Texts) -> ShownPoint:
    return ShownPoint(
        point.label or "",
        point.text or "",
        texts("persons", count=point.participants),
        point.session_id,
        one_line(point.session_topic, _NAME) or texts("session_nameless"),
    )
