"""The templates that a session may start from."""

from typing import Annotated, Literal

from msgspec import Meta

from chalicelib.errors import NotFound
from chalicelib.operations.fields import Time, Uuid, moment
from chalicelib.operations.operation import Call, Input, Nothing, Operation, Output
from chalicelib.services import templates as stored

_PROMPT = (
    "# Opening\nWelcome the person and say that criticism is as useful as praise.\n\n"
    "# Questions\n1. When did you last use the product?\n   Probe: What they were trying to get done.\n"
)


class Template(Output):
    """A session designed before."""

    id: Annotated[Uuid, Meta(description="The template's id.", examples=["0ef9fd66-9fae-5ccf-823a-94616f4c35d4"])]
    slug: Annotated[
        str,
        Meta(
            description="The title in lower case with hyphens; it stands for the id wherever one is taken.",
            examples=["product-feedback"],
        ),
    ]
    title: Annotated[str, Meta(description="What it is for, in a few words.", examples=["Product feedback"])]
    description: Annotated[
        str,
        Meta(
            description="What it is good for.",
            examples=["Learn how people really use a product, and what would make it worth more to them."],
        ),
    ]
    icon: Annotated[str, Meta(description="A sign that stands for it.", examples=["🧩"])]
    facilitation_prompt: Annotated[str, Meta(description="What the facilitator follows.", examples=[_PROMPT])]
    default_goal: Annotated[
        str,
        Meta(
            description="A goal to begin with.",
            examples=["Find out what people use the product for, and which improvement would matter most to them."],
        ),
    ]
    default_critical: Annotated[
        str,
        Meta(
            description="A critical question to begin with.",
            examples=["The one problem that makes people give up on a task."],
        ),
    ]
    default_context: Annotated[
        str, Meta(description="What the context is to say.", examples=["Who uses the product, and since when."])
    ]
    default_session_name: Annotated[
        str, Meta(description="A title to begin with.", examples=["Feedback on our product"])
    ]
    template_type: Annotated[Literal["single"], Meta(description="One conversation a participant.")]
    cross_pollination_default: Annotated[
        bool, Meta(description="Whether it suggests that the facilitator brings up what others said.", examples=[False])
    ]
    is_public: Annotated[bool, Meta(description="Whether everybody has it.", examples=[True])]
    created_at: Annotated[Time, Meta(description="When it was made.")]
    updated_at: Annotated[Time, Meta(description="When it last changed.")]
    chain_config: Annotated[None, Meta(description="Always null: a template is of one conversation.")] = None
    workspace_id: Annotated[None, Meta(description="Always null: a built-in template is nobody's.")] = None
    created_by: Annotated[None, Meta(description="Always null: a built-in template is nobody's.")] = None
    archived_at: Annotated[None, Meta(description="Always null: a built-in template stays.")] = None
    source_provenance: Annotated[None, Meta(description="Always null: a built-in template has no other source.")] = None


class TemplateList(Output):
    """The templates."""

    data: Annotated[list[Template], Meta(description="The templates, by title.")]


class TemplateInput(Input):
    """Names a template."""

    template_id: Annotated[
        str, Meta(description="The id of a template, or its slug.", extra_json_schema={"minLength": 1})
    ]


def list_templates(_: Call, __: Nothing) -> TemplateList:
    """The templates that a session may start from, by title."""
    return TemplateList([_template(template) for template in stored.all_templates()])


def get_template(_: Call, given: TemplateInput) -> Template:
    """One template, by its id or its slug."""
    template = stored.find_template(given.template_id)
    if template is None:
        raise NotFound("Template not found")
    return _template(template)


def _template(of: stored.Template) -> Template:
    """Shows a built-in template: these are public, and of the one type there is."""
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


OPERATIONS = (
    Operation(list_templates, "user", Nothing, TemplateList),
    Operation(get_template, "user", TemplateInput, Template),
)
