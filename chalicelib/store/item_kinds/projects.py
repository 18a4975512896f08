"""The kinds of items in `projects`."""

from chalicelib.store import keys
from chalicelib.store.item_kinds.kind import ASKED_ANEW, LISTED, SHOWN, STATE, ItemKind, Moving

PROJECT = ItemKind(keys.PROJECTS, keys.PROJECT, "project", "last", "project")
PROJECT_MEMBER_MAILS = ItemKind(
    keys.PROJECTS, keys.MEMBER_MAILS, "project", "by job", not_exported=STATE, moves=ASKED_ANEW
)

KINDS = (
    # With a project go the roles in it at once; its sessions are taken out of it by the job, and stay.
    PROJECT,
    ItemKind(keys.PROJECTS, keys.MEMBERS, "project", "by job", "members"),
    PROJECT_MEMBER_MAILS,
    ItemKind(keys.PROJECTS, keys.TIES, "project", "by job", "sessions"),
    ItemKind(
        keys.PROJECTS, keys.SUBPROJECTS, "project", "by job", not_exported="is in the projects within it", moves=SHOWN
    ),
    ItemKind(
        keys.PROJECTS,
        keys.PROJECT_TEMPLATE_LIST,
        "project",
        "by job",
        not_exported="lists what is exported itself",
        moves=LISTED,
    ),
    ItemKind(
        keys.PROJECTS,
        keys.STOPPED,
        "project",
        "by job",
        not_exported="is a hash of an address",
        moves=Moving("with secret", "who wanted no more mails about the project gets none there"),
    ),
)
