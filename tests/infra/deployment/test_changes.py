"""What would change, as it is shown, and what is refused."""

from typing import Any

import pytest

from infra.deployment import DeploymentFailed
from infra.deployment.changes import Asking, Change, Plan, lines, read_changes, retyped_tables

TABLE = Change("Modify", "SessionsTable", "AWS::DynamoDB::Table", "True", ("KeySchema",))
FUNCTION = Change("Modify", "Sweep", "AWS::Lambda::Function", "False", ("Code",))


def _told(action: str, name: str, kind: str, replacement: str = "", **causes: str) -> dict[str, Any]:
    """A change as CloudFormation tells it; `causes` are properties, and whether each needs another resource."""
    details = [
        {"Target": {"Attribute": "Properties", "Name": name, "RequiresRecreation": needs}}
        for name, needs in causes.items()
    ]
    change = {"Action": action, "LogicalResourceId": name, "ResourceType": kind, "Details": details}
    return {"Type": "Resource", "ResourceChange": change | ({"Replacement": replacement} if replacement else {})}


def test_changes_are_read_from_all_pages() -> None:
    pages = [
        {"Changes": [_told("Add", "Clock", "AWS::Lambda::Function")]},
        {"Changes": [_told("Modify", "SessionsTable", "AWS::DynamoDB::Table", "True", KeySchema="Always")]},
    ]
    assert read_changes(pages, frozenset()) == (Change("Add", "Clock", "AWS::Lambda::Function"), TABLE)


@pytest.mark.parametrize(("retyped", "loses"), [(frozenset(), False), (frozenset({"T"}), True)])
def test_a_new_index_is_no_replacement_and_another_type_of_an_attribute_is(
    retyped: frozenset[str], loses: bool
) -> None:
    indexed = _told(
        "Modify",
        "T",
        "AWS::DynamoDB::Table",
        "Conditional",
        AttributeDefinitions="Conditionally",
        GlobalSecondaryIndexes="Never",
    )
    (change,) = read_changes([{"Changes": [indexed]}], retyped)
    assert change.loses_data == loses


def test_tables_whose_attributes_have_another_type_are_found() -> None:
    def template(**types: str) -> dict[str, Any]:
        defined = [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]
        return {"Resources": {"T": {"Type": "AWS::DynamoDB::Table", "Properties": {"AttributeDefinitions": defined}}}}

    assert retyped_tables(template(a="S"), template(a="S", b="N")) == frozenset()
    assert retyped_tables(template(a="S"), template(a="N")) == {"T"}
    assert retyped_tables({}, template(a="N")) == frozenset()


def test_the_gravest_is_shown_first_and_what_is_alike_together() -> None:
    functions = tuple(Change("Modify", f"F{n}", "AWS::Lambda::Function", "False", ("Code",)) for n in range(26))
    added = Change("Add", "Clock", "AWS::Events::Rule")
    role = Change("Modify", "Role", "AWS::IAM::Role", "Conditional", ("Path",))
    shown = list(lines(Plan("harmonica-prod", (added, *functions, role, TABLE), is_new=False)))
    assert [" ".join(line.split()) for line in shown] == [
        "harmonica-prod is changed:",
        "! replaces AWS::DynamoDB::Table SessionsTable: KeySchema",
        "may replace AWS::IAM::Role Role: Path",
        "changes AWS::Lambda::Function 26 resources: Code",
        "adds AWS::Events::Rule Clock",
    ]


@pytest.mark.parametrize(
    ("change", "loses"),
    [
        (TABLE, True),
        (Change("Remove", "SessionsTable", "AWS::DynamoDB::Table"), True),
        (Change("Modify", "MailsQueue", "AWS::SQS::Queue", "Conditional"), True),
        (Change("Modify", "Secret", "AWS::SecretsManager::Secret", "False", ("GenerateSecretString",)), True),
        (Change("Modify", "Secret", "AWS::SecretsManager::Secret", "False", ("Description",)), False),
        (Change("Add", "Secret", "AWS::SecretsManager::Secret"), False),
        (Change("Modify", "SessionsTable", "AWS::DynamoDB::Table", "False"), False),
        (Change("Modify", "RestAPI", "AWS::ApiGateway::RestApi", "True"), True),
        (Change("Modify", "RestAPI", "AWS::ApiGateway::RestApi", "Conditional"), False),
        (Change("Remove", "Sweep", "AWS::Lambda::Function"), False),
        (Change("Modify", "Sweep", "AWS::Lambda::Function", "True"), False),
        (Change("Add", "SessionsTable", "AWS::DynamoDB::Table"), False),
    ],
)
def test_only_what_holds_data_is_kept_from_being_replaced(change: Change, loses: bool) -> None:
    assert change.loses_data == loses


class Terminal:
    """Somebody who answers, and what they were shown."""

    def __init__(self, answer: str) -> None:
        self.answer, self.shown = answer, list[str]()

    def ask(self, question: str) -> str:
        self.shown.append(question)
        return self.answer

    def asking(self, *, agreed: bool = False, replace: bool = False, present: bool = True) -> Asking:
        return Asking(agreed, replace, self.shown.append, self.ask if present else None)


PLAN = Plan("harmonica-prod", (FUNCTION,), is_new=False)
LOSS = Plan("harmonica-prod-data", (FUNCTION, TABLE), is_new=False)


@pytest.mark.parametrize("answer", ["", "n", "no", "maybe"])
def test_all_but_a_yes_is_a_no(answer: str) -> None:
    terminal = Terminal(answer)
    with pytest.raises(DeploymentFailed, match="nothing was changed"):
        terminal.asking()(PLAN)
    assert terminal.shown[0] == "harmonica-prod is changed:"


@pytest.mark.parametrize("interruption", [EOFError, KeyboardInterrupt])
def test_who_turns_away_from_the_question_says_no(interruption: type[BaseException]) -> None:
    def ask(_: str) -> str:
        raise interruption

    with pytest.raises(DeploymentFailed, match="nothing was changed"):
        Asking(False, False, lambda _: None, ask)(PLAN)


def test_a_yes_is_enough_and_who_said_it_before_is_not_asked() -> None:
    Terminal("y").asking()(PLAN)
    terminal = Terminal("no")
    terminal.asking(agreed=True, present=False)(PLAN)
    assert len(terminal.shown) == 2  # it is shown all the same


def test_where_nobody_is_there_nothing_is_changed() -> None:
    with pytest.raises(DeploymentFailed, match="YES=1"):
        Terminal("y").asking(present=False)(PLAN)


def test_where_there_are_no_changes_that_is_said_and_nobody_is_asked() -> None:
    terminal = Terminal("no")
    terminal.asking()(Plan("harmonica-prod", note="step 1 of 1"))
    assert terminal.shown == ["step 1 of 1", "harmonica-prod: no changes"]


@pytest.mark.parametrize("agreed", [False, True])
def test_data_is_left_behind_only_where_that_is_said(agreed: bool) -> None:
    with pytest.raises(DeploymentFailed, match=r"SessionsTable would be replaced.*REPLACE=yes"):
        Terminal("y").asking(agreed=agreed)(LOSS)
    Terminal("y").asking(agreed=agreed, replace=True)(LOSS)
