"""What an update would change: told before it runs, and refused where it would lose data that nobody said may be lost."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from msgspec import Struct

from infra.deployment import DeploymentFailed

# What another one cannot stand in for: it would begin empty.
HOLDS_DATA: Final = (
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
)
# A secret with another rule is the same resource with another text: every link and thread that was made with it is cut off.
_MAKES_ANEW: Final = {"AWS::SecretsManager::Secret": "GenerateSecretString"}
_ADDRESS: Final = "AWS::ApiGateway::RestApi"
_NAMED = 3  # of the same change, so many resources are named; of more their number is told


class Change(Struct, frozen=True):
    """What becomes of one resource. `replacement` is True, False, Conditional, or empty where it is new or removed."""

    action: str
    name: str
    kind: str
    replacement: str = ""
    properties: tuple[str, ...] = ()

    @property
    def is_replaced(self) -> bool:
        """Whether another resource may take its place."""
        return self.replacement in ("True", "Conditional")

    @property
    def loses_data(self) -> bool:
        """Whether what it holds would be left behind, deleted, or made anew; of the API, its address, to which all links lead."""
        if self.kind == _ADDRESS:
            return self.replacement == "True" or self.action == "Remove"
        is_anew = _MAKES_ANEW.get(self.kind, "") in self.properties
        return self.kind in HOLDS_DATA and (self.is_replaced or self.action == "Remove" or is_anew)

    @property
    def mark(self) -> str:
        """One word for what happens."""
        if self.replacement == "Conditional":
            return "may replace"
        return "replaces" if self.is_replaced else _MARKS.get(self.action, self.action.lower())


_MARKS: Final = {
    "Add": "adds",
    "Modify": "changes",
    "Remove": "removes",
    "Import": "takes over",
    "Dynamic": "may change",
}
_ORDER: Final = ("removes", "replaces", "may replace", "changes", "may change", "takes over", "adds")


class Plan(Struct, frozen=True):
    """The changes of one stack; none where it is as it should be. `note` is what is worth knowing besides."""

    stack: str
    changes: tuple[Change, ...] = ()
    is_new: bool = False
    note: str = ""

    @property
    def losses(self) -> tuple[Change, ...]:
        """The changes that data would not survive."""
        return tuple(change for change in self.changes if change.loses_data)


# Returns where the changes may be made, else raises DeploymentFailed.
Approve = Callable[[Plan], None]


def read_changes(pages: Iterable[dict[str, Any]], retyped: frozenset[str]) -> tuple[Change, ...]:
    """The changes that the pages of a change set tell; `retyped` are the tables that have an attribute of another type now.

    CloudFormation cannot say beforehand whether a table with other attributes is replaced: it is where one got another type,
    and is not where a new index has one more.
    """
    told = (it["ResourceChange"] for page in pages for it in page.get("Changes", []) if "ResourceChange" in it)
    return tuple(_change(it, retyped) for it in told)


def retyped_tables(deployed: dict[str, Any], wanted: dict[str, Any]) -> frozenset[str]:
    """The tables in which an attribute has another type than before."""
    before, after = _types(deployed), _types(wanted)
    both = before.keys() & after.keys()
    return frozenset(
        name for name in both if any(after[name].get(it, kind) != kind for it, kind in before[name].items())
    )


def _types(template: dict[str, Any]) -> dict[str, dict[str, str]]:
    tables = {name: it for name, it in template.get("Resources", {}).items() if it["Type"] == "AWS::DynamoDB::Table"}
    return {
        name: {it["AttributeName"]: it["AttributeType"] for it in table["Properties"]["AttributeDefinitions"]}
        for name, table in tables.items()
    }


def _change(told: dict[str, Any], retyped: frozenset[str]) -> Change:
    details, name, replacement = told.get("Details", []), told["LogicalResourceId"], told.get("Replacement", "")
    targets = [detail.get("Target", {}) for detail in details]
    properties = dict.fromkeys(str(target.get("Name") or target.get("Attribute", "")) for target in targets)
    causes = {target.get("Name") for target in targets if target.get("RequiresRecreation", "Never") != "Never"}
    if replacement == "Conditional" and causes == {"AttributeDefinitions"} and name not in retyped:
        replacement = "False"
    return Change(told["Action"], name, told["ResourceType"], replacement, tuple(it for it in properties if it))


def lines(plan: Plan) -> Iterator[str]:
    """Yields what would happen, a line for each kind of change, the gravest first."""
    if plan.note:
        yield plan.note
    if not plan.changes:
        yield f"{plan.stack}: no changes"
        return
    yield f"{plan.stack} {'is made' if plan.is_new else 'is changed'}:"
    grouped: dict[tuple[bool, str, str, tuple[str, ...]], list[str]] = {}
    for change in sorted(plan.changes, key=lambda it: (_ORDER.index(it.mark) if it.mark in _ORDER else 0, it.kind)):
        grouped.setdefault((change.loses_data, change.mark, change.kind, change.properties), []).append(change.name)
    for (loses_data, mark, kind, properties), names in grouped.items():
        which = ", ".join(names) if len(names) <= _NAMED or loses_data else f"{len(names)} resources"
        because = f": {', '.join(properties)}" if properties else ""
        yield f"  {'!' if loses_data else ' '} {mark:<11} {kind:<34} {which}{because}"


class Asking(Struct, frozen=True):
    """Shows the changes and asks whether to make them. `is_agreed`: nobody is asked; `may_replace`: data may be left behind."""

    is_agreed: bool
    may_replace: bool
    say: Callable[[str], None]
    ask: Callable[[str], str] | None

    def __call__(self, plan: Plan) -> None:
        for line in lines(plan):
            self.say(line)
        if plan.losses and not self.may_replace:
            names = ", ".join(change.name for change in plan.losses)
            raise DeploymentFailed(
                f"{plan.stack}: {names} would be replaced, removed or made anew, and what is in there lost. Nothing was changed. "
                "Where that is meant, say REPLACE=yes"
            )
        if self.is_agreed or not plan.changes:
            return
        if self.ask is None:
            raise DeploymentFailed("Nobody is here to be asked: YES=1 makes these changes. Nothing was changed")
        try:
            answer = self.ask("Make these changes? [y/N] ")
        except (EOFError, KeyboardInterrupt):
            answer = ""
        if answer.strip().lower() not in ("y", "yes"):
            raise DeploymentFailed(f"{plan.stack}: nothing was changed")


def unasked(_: Plan) -> None:
    """Takes all changes, as a developer's own instance does."""
