"""The fields of a template, each with its limits and a sentence on what it is for: as hosts set them and as answers show them."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from chalicelib.model import TemplateType
from chalicelib.model.templates import BriefField, ChainConfig
from chalicelib.operations import session_fields as of_session
from chalicelib.operations.fields import Id, Text5k, Text100k, Time
from chalicelib.operations.operation import Output

Title = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=of_session.TOPIC_LIMIT,
        description="What it is for, in a few words.",
        examples=["Product feedback"],
    ),
]
Description = Annotated[
    Text5k,
    Meta(
        description="What it is good for.",
        examples=["Learn how people really use a product, and what would make it worth more to them."],
    ),
]
Icon = Annotated[str, Meta(max_length=20, description="A sign that stands for it.", examples=["🧩"])]
FacilitationPrompt = Annotated[
    Text100k,
    Meta(
        description="What the facilitator follows.",
        examples=[
            "# Opening\nWelcome the person and say that criticism is as useful as praise.\n\n"
            "# Questions\n1. When did you last use the product?\n   Probe: What they were trying to get done.\n"
        ],
    ),
]
SessionName = Annotated[
    str,
    Meta(max_length=of_session.TOPIC_LIMIT, description="A title to begin with.", examples=["Feedback on our product"]),
]
DefaultGoal = Annotated[
    Text5k,
    Meta(
        description="A goal to begin with.",
        examples=["Find out what people use the product for, and which improvement would matter most to them."],
    ),
]
DefaultCritical = Annotated[
    Text5k,
    Meta(
        description="A critical question to begin with.",
        examples=["The one problem that makes people give up on a task."],
    ),
]
DefaultContext = Annotated[
    Text100k, Meta(description="What the context is to say.", examples=["Who uses the product, and since when."])
]
Type = Annotated[
    TemplateType,
    Meta(
        description="One conversation a participant, or a `chain` of several with its steps in `chain_config`. Chains do not run yet: "
        "a session from one is a session like any other.",
        examples=["single"],
    ),
]
Chain = Annotated[
    ChainConfig,
    Meta(
        description="The steps of a chain: the ids of the steps are unique, and a role is the same in each of them.",
        examples=[{"steps": [{"id": "collect", "facilitation_prompt": "Ask for ideas."}]}],
    ),
]
CrossPollination = Annotated[
    bool, Meta(description="Whether it suggests that the facilitator brings up what others said.", examples=[False])
]
IsPublic = Annotated[
    bool,
    Meta(
        description="Whether everybody has it; other hosts only where the operator lets them find each other's templates.",
        examples=[True],
    ),
]
WorkspaceId = Annotated[
    Id, Meta(description="The project that it belongs to: its members have it, its admins change it.")
]
Archived = Annotated[
    bool, Meta(description="Whether it is put away: lists leave it out, and it can be taken back.", examples=[False])
]

_Key = Annotated[
    str,
    Meta(
        pattern="^[a-z][a-z0-9_]{0,39}$",
        description="What it is called within the template: small letters, digits and `_`.",
        examples=["product"],
    ),
]
_Label = Annotated[
    str,
    Meta(
        min_length=1, max_length=200, description="The question to the host.", examples=["Which product is it about?"]
    ),
]
_Hint = Annotated[
    str,
    Meta(max_length=1_000, description="What is said below it.", examples=["Its name, and what it does for people."]),
]
_Required = Annotated[bool, Meta(description="Whether no session is designed without an answer.", examples=[True])]
_MapsTo = Annotated[
    BriefField,
    Meta(
        description="The field of the brief that the answer becomes a part of; several in one stand there one after the other, each "
        "below its label.",
        examples=["context"],
    ),
]


class NewTemplateField(Struct):
    """A question to the host who designs a session, in place of goal, critical and context."""

    key: _Key
    label: _Label
    maps_to: _MapsTo
    hint: _Hint = ""
    required: _Required = False


class TemplateField(Output):
    """A question to the host who designs a session, in place of goal, critical and context."""

    key: _Key
    label: _Label
    hint: _Hint
    required: _Required
    maps_to: _MapsTo


class TemplateQuestion(Output):
    """A question of the form that sessions of the template begin with."""

    text: of_session.QuestionText
    type: of_session.QuestionType
    required: of_session.IsRequired
    options: Annotated[list[str], Meta(description="What there is to choose from.", examples=[["Daily", "Weekly"]])]
    role: of_session.QuestionRole | None
    multiple: of_session.IsMultiple
    long: of_session.IsLong


_SpecId = Annotated[
    str, Meta(min_length=1, max_length=200, description="What it is called there.", examples=["delphi-panel"])
]
_SpecVersion = Annotated[
    str, Meta(min_length=1, max_length=100, description="Which version of it.", examples=["1.2.0"])
]
_Registry = Annotated[
    str, Meta(min_length=1, max_length=300, description="Where that is.", examples=["example.org/methods"])
]


class NewTemplateSource(Struct):
    """Where a template is installed from."""

    spec_id: _SpecId
    spec_version: _SpecVersion
    registry: _Registry


class TemplateSource(Output):
    """Where a template was installed from, and what it was then."""

    spec_id: _SpecId
    spec_version: _SpecVersion
    registry: _Registry
    install_hash: Annotated[
        str,
        Meta(
            description="SHA-256 of the canonical JSON of `chain_config` as it was installed: keys in order, no white space.",
            examples=["5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"],
        ),
    ]
    installed_at: Annotated[Time, Meta(description="When it was installed.")]
    installed_by: Annotated[str | None, Meta(description="The user who installed it.", examples=[None])]


class ChainOutcome(Output):
    """What came of the chain of a session's template."""

    status: Annotated[
        Literal["unsupported"], Meta(description="Chains do not run yet: the session is there, by itself.")
    ]
    reason: Annotated[str, Meta(description="The same in a sentence.", examples=["Chains do not run yet."])]
    message: Annotated[
        str, Meta(description="The same once more, where clients look for it.", examples=["Chains do not run yet."])
    ]
