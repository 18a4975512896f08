"""The parameters of the application stack: those of the settings, and what only the stack itself needs."""

from typing import Any

from chalicelib.settings import PARAMETERS, Parameter
from infra import data

Json = dict[str, Any]


def parameter_of(setting: str) -> str:
    """The template's parameter that holds this setting."""
    return "".join(word.title() for word in setting.split("_"))


def parameters() -> Json:
    """All parameters, as the template declares them."""
    return {
        **{name: {"Type": "String"} for name in data.output_names()},
        **{parameter_of(name): _declared(row) for name, row in PARAMETERS.items()},
        "Stage": {"Type": "String"},
        # No default: a deployment that nobody told which model to use must not start.
        "LlmProvider": {"Type": "String", "AllowedValues": ["anthropic", "scripted", "offline"]},
        "LogLevel": {"Type": "String", "Default": "INFO"},
        "AlarmEmail": {"Type": "String", "Default": "", "Description": "Who hears of alarms; empty: nobody."},
    }


def options() -> dict[str, str]:
    """The parameters that an operator may set, and the variables that they are taken from."""
    names = [name for name in PARAMETERS if name != "llm_provider"]
    return {parameter_of(name): name.upper() for name in (*names, "log_level", "alarm_email")}


def _declared(row: Parameter) -> Json:
    described = {"Description": row.description} if row.description else {}
    kind = "Number" if isinstance(row.default, int) else "String"
    return {"Type": kind, "Default": row.default, **described, **row.limits}
