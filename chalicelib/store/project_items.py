"""The kinds of items in `projects`, and the item in `accounts` that says in which of them somebody has a role; no behaviour."""

from pynamodb.attributes import (
    BooleanAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
)

from chalicelib.store.attributes import JsonAttribute
from chalicelib.store.tables import Account, ProjectPart


class ProjectItem(ProjectPart):
    """`project`. Once it is deleted, nobody has a role in it; `due_kind` is `project#<shard>` while what is left is being removed."""

    owner_id = UnicodeAttribute()
    title = UnicodeAttribute()
    description = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    is_public = BooleanAttribute(default=False)
    location = UnicodeAttribute(null=True)
    color = UnicodeAttribute(null=True)
    parent_id = UnicodeAttribute(null=True)
    knowledge_asked_at = UTCDateTimeAttribute(null=True)
    inherit = BooleanAttribute(default=True)
    created_at = UTCDateTimeAttribute()
    updated_at = UTCDateTimeAttribute()
    sessions = NumberAttribute(default=0)
    members = NumberAttribute(default=0)
    revision = NumberAttribute(default=0)
    nesting_revision = NumberAttribute(default=0)


class ProjectMemberItem(ProjectPart):
    """`member#<user_id>`: a member, for the list of them; what counts for a session is in `projects#<user_id>`, written with it."""

    role = UnicodeAttribute()
    added_at = UTCDateTimeAttribute()
    offered_at = UTCDateTimeAttribute(null=True)
    offered_by = UnicodeAttribute(null=True)


class TieItem(ProjectPart):
    """`session#<session_id>`: a session of the project, written with the one of `projects` in the session's own item."""

    added_at = UTCDateTimeAttribute()


class SubprojectItem(ProjectPart):
    """`child#<project_id>`: a project within this one, written with its `parent_id`."""


class ProjectTemplateListItem(ProjectPart):
    """`templates`: how many bytes each template of the project has, by its id; `version` grows with every change."""

    sizes = JsonAttribute()
    version = NumberAttribute()


class ProjectRolesItem(Account):
    """`projects#<user_id>`: the ids of the projects in which a user has each role, all of them in one item.

    Whoever reads a session reads it, too; so whoever loses a role in a project has lost it in all its sessions, with one write.
    """

    viewer = UnicodeSetAttribute(null=True)
    editor = UnicodeSetAttribute(null=True)
    admin = UnicodeSetAttribute(null=True)
    owner = UnicodeSetAttribute(null=True)
