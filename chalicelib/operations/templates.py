"""The templates that a session may start from: built-in ones, and those that hosts make, of their own and of projects."""

from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib import container
from chalicelib.errors import Conflict, Forbidden, Invalid, NotFound, Unprocessable
from chalicelib.model.templates import ChainConfig, OwnTemplate, TemplateField, TemplateQuestion
from chalicelib.operations import template_fields as typed
from chalicelib.operations.fields import Moment, Time, Uuid, moment, moment_or_null
from chalicelib.operations.operation import Call, Changes, Done, Input, Operation, Output, Repeat
from chalicelib.operations.session_fields import NewQuestion
from chalicelib.services import templates as built_in
from chalicelib.services.templates import own

_DEFAULTS: dict[str, Any] = {
    "template_type": "single",
    "cross_pollination_default": False,
    "is_public": False,
    "fields": (),
}
_KINDS: dict[str, Any] = {
    "fields": tuple[TemplateField, ...],
    "questions": tuple[TemplateQuestion, ...],
    "chain_config": ChainConfig,
}


class Template(Output):
    """A session designed before."""

    id: Annotated[Uuid, Meta(description="The template's id.", examples=["0ef9fd66-9fae-5ccf-823a-94616f4c35d4"])]
    slug: Annotated[
        str | None,
        Meta(
            description="Of a built-in one, the title in lower case with hyphens; it stands for the id wherever one is taken.",
            examples=["product-feedback"],
        ),
    ]
    title: typed.Title
    description: typed.Description | None
    icon: typed.Icon | None
    facilitation_prompt: typed.FacilitationPrompt | None
    default_goal: typed.DefaultGoal | None
    default_critical: typed.DefaultCritical | None
    default_context: typed.DefaultContext | None
    default_session_name: typed.SessionName | None
    template_type: typed.Type
    cross_pollination_default: typed.CrossPollination
    is_public: typed.IsPublic
    created_at: Annotated[Time, Meta(description="When it was made.")]
    updated_at: Annotated[Time, Meta(description="When it last changed.")]
    chain_config: typed.Chain | None = None
    workspace_id: Annotated[
        Uuid | None, Meta(description="The project that it belongs to; null for none.", examples=[None])
    ] = None
    created_by: Annotated[
        Uuid | None,
        Meta(
            description="The user who made it, in a project whoever that was; null for a built-in one.", examples=[None]
        ),
    ] = None
    archived_at: Annotated[
        Time | None, Meta(description="When it was put away; null for one that is not.", examples=[None])
    ] = None
    source_provenance: Annotated[
        typed.TemplateSource | None,
        Meta(description="Where it was installed from; null for one that was made here.", examples=[None]),
    ] = None
    fields: Annotated[
        list[typed.TemplateField],
        Meta(description="What a host is asked who designs a session of it; empty: goal, critical and context."),
    ] = msgspec.field(default_factory=list)
    questions: Annotated[
        list[typed.TemplateQuestion] | None,
        Meta(description="The form that its sessions begin with; null: as without a template.", examples=[None]),
    ] = None


class TemplateList(Output):
    """The templates."""

    data: Annotated[
        list[Template],
        Meta(
            description="The caller's own templates, those of their projects (200 of 2 MB together at most; one project has all of its own "
            "with `workspace_id`), then public ones, then the built-in ones."
        ),
    ]


class TemplateRemoved(Output):
    """A template is gone."""

    success: Annotated[Literal[True], Meta(description="It is.")]


class ListTemplates(Input):
    """Which templates to list."""

    workspace_id: Annotated[typed.WorkspaceId, Meta(description="Only the templates of this project.")] | None = None
    archived: Annotated[
        bool,
        Meta(
            description="Whether to list the archived templates, the caller's own and those of their projects, and no others.",
            examples=[False],
        ),
    ] = False


class TemplateInput(Input):
    """Names a template."""

    template_id: Annotated[
        str, Meta(description="The id of a template, or its slug.", extra_json_schema={"minLength": 1})
    ]


class CreateTemplate(Input):
    """A template as its host makes it."""

    title: typed.Title
    description: typed.Description | None = None
    icon: typed.Icon | None = None
    facilitation_prompt: typed.FacilitationPrompt | None = None
    default_session_name: typed.SessionName | None = None
    default_goal: typed.DefaultGoal | None = None
    default_critical: typed.DefaultCritical | None = None
    default_context: typed.DefaultContext | None = None
    template_type: typed.Type = "single"
    chain_config: typed.Chain | None = None
    cross_pollination_default: typed.CrossPollination = False
    is_public: typed.IsPublic = False
    workspace_id: typed.WorkspaceId | None = None
    source_provenance: (
        Annotated[
            typed.NewTemplateSource,
            Meta(description="Where it is installed from; the server notes what it was then, when, and who did it."),
        ]
        | None
    ) = None
    fields: Annotated[
        tuple[typed.NewTemplateField, ...],
        Meta(
            max_length=20,
            description="What a host is asked who designs a session of it, in place of goal, critical and context.",
        ),
    ] = ()
    questions: (
        Annotated[
            tuple[NewQuestion, ...],
            Meta(max_length=50, description="The form that its sessions begin with, unless they bring one."),
        ]
        | None
    ) = None


class TemplateChanges(TemplateInput, Changes):
    """Base of what is to change of a template."""

    archived: typed.Archived | UnsetType = UNSET
    force: Annotated[
        bool,
        Meta(
            description="Whether to install over edits: without it, `source_provenance` is refused where `chain_config` is another now "
            "than was installed."
        ),
    ] = False
    unchanged_since: (
        Annotated[
            Moment,
            Meta(
                description="The `updated_at` of the template that the changes were made from: where it was changed since, nothing is "
                "changed, and the answer is 409."
            ),
        ]
        | UnsetType
    ) = UNSET


def _changed_fields() -> list[tuple[str, Any, Any]]:
    kinds = get_type_hints(CreateTemplate, include_extras=True)
    cleared = UnsetType | None
    return [
        (name, kinds[name] | (UnsetType if name == "title" else cleared), UNSET)
        for name in CreateTemplate.__struct_fields__
    ]


# A struct made of another's fields: what can be set can be changed, with the same limits.
EditTemplate = msgspec.defstruct(
    "EditTemplate",
    _changed_fields(),
    bases=(TemplateChanges,),
    namespace={"__doc__": "What is to change of a template: what is absent stays; null clears."},
    module=__name__,
)


def list_templates(call: Call, given: ListTemplates) -> TemplateList:
    """The templates that a session may start from.

    The caller's own, those of their projects, public ones where the operator lets hosts find each other's, and the built-in ones; or
    those of one project, of which the caller is a member. Archived ones are left out.
    """
    project_id = given.workspace_id.lower() if given.workspace_id else None
    deps = container.template_deps()
    found = own.list_templates(call.user_id, archived=given.archived, deps=deps, project_id=project_id)
    known = () if given.archived or project_id else built_in.all_templates()
    return TemplateList([*map(_own, found), *map(_built_in, known)])


def get_template(call: Call, given: TemplateInput) -> Template:
    """One template, by its id, or a built-in one by its slug."""
    return _shown(own.find_readable(given.template_id, call.user_id, deps=container.template_deps()))


def create_template(call: Call, given: CreateTemplate) -> Done:
    """Make a template of one's own, or one of a project, which takes an admin of it.

    A host has at most 200, of 2 MB together, and so has a project: 422.
    """
    new_id, values = call.new_id(), _values(given, CreateTemplate.__struct_fields__)
    source = _source(values)
    deps = container.template_deps()
    made = own.create_template(values, source, new_id=new_id, user_id=call.user_id, now=call.now, deps=deps)
    return Done(_own(made), {"template_id": made.id})


def edit_template(call: Call, given: TemplateChanges) -> Template:
    """Change a template of one's own, or of a project as an admin of it; archive it or take it back.

    `workspace_id` gives it to a project in which the caller is an admin; null makes one of a project the caller's own. Sessions that
    started from it stay as they are. Built-in ones cannot be changed: 403.
    """
    allowed = [name for name in EditTemplate.__struct_fields__ if name not in TemplateChanges.__struct_fields__]
    values = _values(given, [name for name in allowed if getattr(given, name) is not UNSET])
    if not values and given.archived is UNSET:
        raise Invalid(f"No valid fields provided. Allowed fields: {', '.join([*allowed, 'archived'])}")
    source = _source(values)
    if given.archived is not UNSET:
        values["archived_at"] = call.now if given.archived else None
    edited = own.edit_template(
        given.template_id,
        values,
        source,
        force=given.force,
        user_id=call.user_id,
        deps=container.template_deps(),
        unchanged_since=given.unchanged_since or None,
    )
    return _own(edited)


def remove_template(call: Call, given: TemplateInput) -> TemplateRemoved:
    """Remove a template of one's own for good, or of a project as an admin of it.

    Sessions that started from it keep its method, and its id.
    """
    own.remove_template(given.template_id, call.user_id, deps=container.template_deps())
    return TemplateRemoved(True)


def _values(given: Any, names: Any) -> dict[str, Any]:
    """Gives these fields as they are stored: null, and an empty text, are what a new template has."""
    values: dict[str, Any] = {}
    for name in names:
        value = getattr(given, name)
        values[name] = _DEFAULTS.get(name) if value is None or value == "" else value
        if name in _KINDS and values[name] is not None:
            values[name] = msgspec.convert(msgspec.to_builtins(value or ()), _KINDS[name])
    if "workspace_id" in values:
        project_id = values.pop("workspace_id")
        values["project_id"] = project_id.lower() if project_id else None
    return values


def _source(values: dict[str, Any]) -> own.Source | None:
    """Takes where a template is installed from out of its values; null takes away where it was."""
    given = values.get("source_provenance")
    if given is None:
        return None
    del values["source_provenance"]
    return msgspec.convert(msgspec.to_builtins(given), own.Source)


def _created_again(call: Call, kept: dict[str, Any]) -> Template:
    return get_template(call, TemplateInput(kept["template_id"]))


def _shown(of: built_in.Template | OwnTemplate) -> Template:
    return _own(of) if isinstance(of, OwnTemplate) else _built_in(of)


def _built_in(of: built_in.Template) -> Template:
    """Shows a built-in template: these are public, and of one conversation."""
    return Template(
        of.id,
        of.slug,
        of.title,
        of.description,
        of.icon,
        of.facilitation_prompt,
        of.default_goal,
        of.default_critical,
        of.default_context,
        of.default_session_name,
        "single",
        of.cross_pollination_default,
        True,
        moment(of.created_at),
        moment(of.updated_at),
    )


def _own(of: OwnTemplate) -> Template:
    installed = of.source_provenance
    shown = msgspec.to_builtins((of.fields, of.questions))
    return Template(
        of.id,
        None,
        of.title,
        of.description,
        of.icon,
        of.facilitation_prompt,
        of.default_goal,
        of.default_critical,
        of.default_context,
        of.default_session_name,
        of.template_type,
        of.cross_pollination_default,
        of.is_public,
        moment(of.created_at),
        moment(of.updated_at),
        of.chain_config,
        of.project_id,
        created_by=of.owner_id,
        archived_at=moment_or_null(of.archived_at),
        source_provenance=typed.TemplateSource(
            installed.spec_id,
            installed.spec_version,
            installed.registry,
            installed.install_hash,
            moment(installed.installed_at),
            installed.installed_by,
        )
        if installed
        else None,
        fields=msgspec.convert(shown[0], list[typed.TemplateField]),
        questions=msgspec.convert(shown[1], list[typed.TemplateQuestion] | None),
    )


OPERATIONS = (
    Operation(list_templates, "user", ListTemplates, TemplateList, fails=(NotFound, Forbidden)),
    Operation(get_template, "user", TemplateInput, Template, fails=(Forbidden,)),
    Operation(
        create_template,
        "user",
        CreateTemplate,
        Template,
        again=Repeat(_created_again),
        creates=True,
        fails=(Forbidden, Unprocessable, Conflict),
    ),
    Operation(edit_template, "user", EditTemplate, Template, fails=(Forbidden, Unprocessable, Conflict)),
    Operation(remove_template, "user", TemplateInput, TemplateRemoved, fails=(Forbidden, Conflict)),
)
