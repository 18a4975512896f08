"""The parameters of the application stack: those of the settings, and what only the stack itself needs."""

from typing import Any

from chalicelib.settings import PARAMETERS, Parameter
from infra import data_stack

Json = dict[str, Any]

# What the whole stage answers, whoever asks: what our own limits, each for a key or an address, cannot bound.
REQUESTS_A_SECOND = "RequestsPerSecond"
BURST = "RequestsAtOnce"
JOBS_AT_ONCE = "JobsAtOnce"
LEAST_JOBS_AT_ONCE = 2  # AWS takes no less for a queue
SNAP_START = "SnapStart"
REVISION = "Revision"  # told by each deployment, never by an operator


def parameter_of(setting: str) -> str:
    """The template's parameter that holds this setting."""
    return "".join(word.title() for word in setting.split("_"))


def parameters() -> Json:
    """All parameters, as the template declares them."""
    return {
        **{name: {"Type": "String"} for name in data_stack.output_names()},
        **{parameter_of(name): _declared(row) for name, row in PARAMETERS.items()},
        "Stage": {"Type": "String"},
        # No default: a deployment that nobody told which model to use must not start.
        "LlmProvider": {"Type": "String", "AllowedValues": ["anthropic", "scripted", "offline"]},
        "LogLevel": {"Type": "String", "Default": "INFO"},
        REQUESTS_A_SECOND: _number(200, "Requests a second that the stage answers; more get 429."),
        BURST: _number(400, "Requests that may come at once before that rate holds."),
        JOBS_AT_ONCE: _number(LEAST_JOBS_AT_ONCE, "Jobs of each queue that run at once.", LEAST_JOBS_AT_ONCE),
        SNAP_START: {
            "Type": "String",
            "Default": "PublishedVersions",
            "AllowedValues": ["PublishedVersions", "None"],
            "Description": "Whether the API starts from a snapshot; None: it does not, and costs nothing while nobody comes.",
        },
        REVISION: {"Type": "String", "Default": "none", "Description": "Names what a deployment tells."},
        "AlarmEmail": {"Type": "String", "Default": "", "Description": "Who hears of alarms; empty: nobody."},
    }


# Only `make run` sets this one: it lets in whoever can open the pages.
DEMO_SIGN_IN = "demo_sign_in"
_STACK_ONLY = ("log_level", "alarm_email", "requests_per_second", "requests_at_once", "jobs_at_once", "snap_start")


def options() -> dict[str, str]:
    """The parameters that an operator may set, and the variables that they are taken from."""
    names = [name for name in PARAMETERS if name not in ("llm_provider", DEMO_SIGN_IN)]
    return {parameter_of(name): name.upper() for name in (*names, *_STACK_ONLY)}


def _declared(row: Parameter) -> Json:
    described = {"Description": row.description} if row.description else {}
    kind = "Number" if isinstance(row.default, int) else "String"
    return {"Type": kind, "Default": row.default, **described, **row.limits}


def _number(default: int, description: str, least: int = 1) -> Json:
    return {"Type": "Number", "Default": default, "MinValue": least, "Description": description}
