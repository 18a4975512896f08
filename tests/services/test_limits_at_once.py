"""Two at once who take the last place, in every order of their calls: one gets it, the other one is told that there is none."""

from collections.abc import Callable
from functools import partial
from typing import cast

import pytest

from chalicelib import container
from chalicelib.errors import Conflict, HarmonicaError, Refused, Unprocessable
from chalicelib.model import User
from chalicelib.model.member_invitations import Subject
from chalicelib.model.templates import OwnTemplate
from chalicelib.services.access import operator_roles
from chalicelib.services.accounts.keys import create_user
from chalicelib.services.delivery.sending import hash_address
from chalicelib.services.invitations import inviting as participant_inviting
from chalicelib.services.member_invitations import answering, inviting, room
from chalicelib.services.projects import session_ties
from chalicelib.services.projects.editing import create_project
from chalicelib.services.sessions import editing
from chalicelib.store import project_roles, projects
from chalicelib.store.sessions import FOR_EDIT
from chalicelib.store.templates import TooMany
from tests.clock import FakeClock
from tests.interleavings import Action, Interleavings
from tests.services.builders import session as build

OWNER = "owner"


@pytest.fixture
def interleavings(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Interleavings:
    create_user("ana@example.com", "Ana", accounts=container.accounts(), now=clock.now(), new_id=OWNER)
    return Interleavings(monkeypatch)


def new_user(name: str, clock: FakeClock) -> User:
    return create_user(f"{name}@example.com", name, accounts=container.accounts(), now=clock.now(), new_id=name)


def new_project(name: str, owner: str, clock: FakeClock) -> None:
    create_project(name, {}, owner, projects=container.projects(), now=clock.now(), new_id=lambda: name)


def new_session(name: str, clock: FakeClock) -> None:
    new = build(id=name, owner_id=OWNER, created_at=clock.now(), updated_at=clock.now())
    assert container.sessions().create(new, context=None, questions=(), prompt=None)


def place_of(subject: Subject, user_id: str = OWNER) -> inviting.Place:
    if subject.kind == "session":
        return container.sessions().view(subject.id, (), user_id)
    return container.projects().view(subject.id, user_id)


def invite(subject: Subject, name: str, clock: FakeClock, user_id: str = OWNER) -> list[inviting.InvitedMember]:
    return inviting.invite_members(
        place_of(subject, user_id),
        inviting.Wanted([f"{name}@example.com"], "viewer", None, "en"),
        user_id=user_id,
        deps=container.inviting_deps(),
        now=clock.now(),
        new_id=lambda: f"invitation-{name}-{subject.id}",
    )


def accept(subject: Subject, name: str, clock: FakeClock) -> None:
    user = container.accounts().user(name)
    invitation_id = f"invitation-{name}-{subject.id}"
    answering.accept(subject, invitation_id, user, deps=container.answering_deps(), now=clock.now())


def assert_one_gets_it(
    interleavings: Interleavings,
    one: Action,
    other: Action,
    taken: Callable[[], int],
    refusal: type[HarmonicaError] = Unprocessable,
) -> None:
    """`taken` counts what is taken: the last place is, once. Orders in which nobody gets in the other's way are among them."""
    orders, before = 0, taken()
    for outcomes in interleavings.walk(one, other):
        orders += 1
        assert taken() == before + 1
        assert [type(it) for it in outcomes if isinstance(it, Exception)] == [refusal]
    assert orders >= 2


def test_a_role_in_the_last_project_that_one_can_have(
    interleavings: Interleavings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (project_roles, answering):
        monkeypatch.setattr(module, "PROJECTS_A_USER", 2)
    bo = new_user("bo", clock)
    new_project("bo's", bo.id, clock)
    for name in ("p1", "p2"):
        new_project(name, OWNER, clock)
        invite(Subject("project", name), "bo", clock)
    ways: dict[str, tuple[Action, type[HarmonicaError]]] = {
        "made": (partial(new_project, "new", bo.id, clock), Unprocessable),
        "made, too": (partial(new_project, "newer", bo.id, clock), Unprocessable),
        "accepted": (partial(accept, Subject("project", "p1"), "bo", clock), answering.NoRoom),
        "accepted, too": (partial(accept, Subject("project", "p2"), "bo", clock), answering.NoRoom),
        "given by an operator": (
            partial(
                operator_roles.add_member,
                "p2",
                "bo@example.com",
                "viewer",
                sessions=container.sessions(),
                projects=container.projects(),
                accounts=container.accounts(),
                now=clock.now(),
            ),
            Conflict,
        ),
    }
    for one, other in (("made", "made, too"), ("accepted", "made"), ("accepted", "accepted, too")):
        number = 0
        for outcomes in interleavings.walk(ways[one][0], ways[other][0]):
            number += 1
            assert len(container.projects().roles_of(bo.id)) == 2
            refused = [
                ways[way][1] for way, it in zip((one, other), outcomes, strict=True) if isinstance(it, Exception)
            ]
            assert [type(it) for it in outcomes if isinstance(it, Exception)] == refused
            assert len(refused) == 1
        assert number >= 2
    for outcomes in interleavings.walk(ways["accepted"][0], ways["given by an operator"][0]):
        assert len(container.projects().roles_of(bo.id)) == 2
        assert sum(isinstance(it, Exception) for it in outcomes) == 1


@pytest.mark.parametrize("kind", ["session", "project"])
def test_the_last_member(
    kind: str, interleavings: Interleavings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (answering, projects):
        for limit in ("MEMBERS_A_SESSION", "MEMBERS_A_PROJECT"):
            monkeypatch.setattr(module, limit, 2, raising=False)
    (new_session if kind == "session" else partial(new_project, owner=OWNER))("s", clock=clock)
    subject = Subject("session" if kind == "session" else "project", "s")
    for name in ("bo", "cy"):
        new_user(name, clock)
        invite(subject, name, clock)
    members = container.members().list if kind == "session" else container.projects().members
    one, other = (partial(accept, subject, name, clock) for name in ("bo", "cy"))
    assert_one_gets_it(interleavings, one, other, lambda: len(members("s")), answering.NoRoom)


def test_the_last_project_of_a_session(
    interleavings: Interleavings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_ties, "PROJECTS_A_SESSION", 1)
    new_session("s", clock)
    for name in ("p1", "p2"):
        new_project(name, OWNER, clock)

    def put_into(project: str) -> None:
        view = container.sessions().view("s", FOR_EDIT, OWNER)
        target = container.projects().view(project, OWNER)
        editing.edit_session(
            view,
            OWNER,
            {"project_id": project},
            sessions=container.sessions(),
            groups=container.telegram_groups(),
            clock=clock,
            new_id=container.new_id,
            target=target,
        )

    def count() -> int:
        return len(container.sessions().view("s", ()).session.projects)

    assert_one_gets_it(interleavings, partial(put_into, "p1"), partial(put_into, "p2"), count, Refused)


def test_the_last_open_invitation_to_be_a_member_of_a_session(
    interleavings: Interleavings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inviting, "OPEN_INVITATIONS", 1)
    new_session("s", clock)
    subject = Subject("session", "s")

    def count() -> int:
        return len(container.member_invitations().of(subject).open(clock.now()))

    one, other = (partial(invite, subject, name, clock) for name in ("bo", "cy"))
    assert_one_gets_it(interleavings, one, other, count)


def test_the_last_place_in_which_an_account_has_invitations(
    interleavings: Interleavings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PLACES_AN_INVITER", 1)
    for name in ("s1", "s2"):
        new_session(name, clock)
    one, other = (partial(invite, Subject("session", name), "bo", clock) for name in ("s1", "s2"))
    assert_one_gets_it(interleavings, one, other, lambda: len(container.member_invitations().of_inviter(OWNER)))


def test_the_last_invitation_of_one_account_to_one_address(
    interleavings: Interleavings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "OPEN_OF_ONE", 2)
    subjects = [Subject("session", f"s{number}") for number in range(4)]
    for subject in subjects:
        new_session(subject.id, clock)
    first, *others = subjects
    invite(first, "bo", clock)
    email = hash_address("bo@example.com", container.deployment_secret())
    for outcomes in interleavings.walk(*(partial(invite, subject, "bo", clock) for subject in others[:2])):
        assert len(container.member_invitations().of_address(email)) == 2
        assert sorted(it.outcome for made in outcomes for it in cast(list[inviting.InvitedMember], made)) == [
            "no_mail",
            "refused",
        ]
    for subject in others[:2]:
        invite(subject, "bo", clock)
    # Whoever else invites that address may, and so may the one, again, once an invitation is answered.
    cy = new_user("cy", clock)
    container.sessions().add_member("s3", cy.id, "admin", clock.now())
    assert [it.outcome for it in invite(subjects[3], "bo", clock)] == ["refused"]
    assert [it.outcome for it in invite(subjects[3], "bo", clock, cy.id)] == ["no_mail"]
    inviting.withdraw_member_invitation(
        place_of(first), f"invitation-bo-{first.id}", deps=container.inviting_deps(), now=clock.now()
    )
    assert [it.outcome for it in invite(subjects[2], "bo", clock)] == ["no_mail"]


def test_the_last_invitation_to_take_part(
    interleavings: Interleavings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(participant_inviting, "MOST", 1)
    new_session("s", clock)
    session = container.sessions().view("s", ()).session

    def ask(name: str) -> None:
        deps = container.invitation_deps()
        emails = [f"{name}@example.com"]
        participant_inviting.invite(session, emails, None, user_id=OWNER, deps=deps, now=clock.now())

    def count() -> int:
        return len(container.invitations().all("s"))

    assert_one_gets_it(interleavings, partial(ask, "bo"), partial(ask, "cy"), count)


def test_the_last_template(interleavings: Interleavings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    templates = container.template_deps().templates
    monkeypatch.setattr(templates, "_most", 1)

    def add(name: str) -> None:
        templates.add(OwnTemplate(name, OWNER, created_at=clock.now(), updated_at=clock.now(), title=name))

    for outcomes in interleavings.walk(partial(add, "t1"), partial(add, "t2")):
        assert len(templates.of_user(OWNER)) == 1
        assert [type(it) for it in outcomes if it] == [TooMany]
