"""The parameters of the application stack: those of the settings, and what only the stack itself needs."""

from typing import Any

from chalicelib.llm.providers import KINDS
from chalicelib.settings import PARAMETERS, Parameter
from infra import data_stack

Json = dict[str, Any]

# What the whole stage answers, whoever asks: what our own limits, each for a key or an address, cannot bound.
REQUESTS_A_SECOND = "RequestsPerSecond"
BURST = "RequestsAtOnce"
JOBS_AT_ONCE = "JobsAtOnce"
LEAST_JOBS_AT_ONCE = 2  # AWS takes no less for a queue
WAF_REQUESTS = "WafRequests"
SNAP_START = "SnapStart"
REVISION = "Revision"  # told by each deployment, never by an operator


def _text(description: str, default: str = "") -> Json:
    return {"Type": "String", "Default": default, "Description": description}


def _choice(description: str, *values: str) -> Json:
    return {**_text(description, values[0]), "AllowedValues": list(values)}


def _number(default: int, description: str, least: int = 1) -> Json:
    return {"Type": "Number", "Default": default, "MinValue": least, "Description": description}


# What an operator may set beside the settings of the code, by the names of the variables in lower case.
_STACK_ONLY = {
    "log_level": {"Type": "String", "Default": "INFO"},
    "requests_per_second": _number(200, "Requests a second that the stage answers; more get 429."),
    "requests_at_once": _number(400, "Requests that may come at once before that rate holds."),
    "jobs_at_once": _number(LEAST_JOBS_AT_ONCE, "Jobs of each queue that run at once.", LEAST_JOBS_AT_ONCE),
    "snap_start": _choice(
        "Whether the API starts from a snapshot, which costs some dollars a month.", "PublishedVersions", "None"
    ),
    "alarm_email": _text("Who hears of alarms; empty: nobody."),
    "kms_key_arn": _text("Key that data, queues, logs and variables are encrypted with; empty: keys that AWS owns."),
    "access_log": _choice(
        "Log of requests; account: with the role that API Gateway has in this account already.", "yes", "account", "no"
    ),
    "edge": _choice("What stands in front of the API.", "none", "cloudfront"),
    "edge_web_acl_arn": _text("Web ACL of CloudFront, made in us-east-1; empty: none."),
    "domain_name": _text("Domain that people reach the application at; empty: none of one's own."),
    "certificate_arn": _text("Its certificate: in us-east-1 behind CloudFront, else in this region."),
    "waf": _choice("A firewall in front of the API, where there is no CloudFront.", "no", "yes"),
    "waf_requests": _number(10_000, "Requests in five minutes that one address may send it.", 10),
}


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
        "LlmProvider": {"Type": "String", "AllowedValues": [*KINDS, "scripted", "offline"]},
        **{parameter_of(name): row for name, row in _STACK_ONLY.items()},
        REVISION: _text("Names what a deployment tells.", "none"),
    }


# Only `make run` sets this one: it lets in whoever can open the pages.
DEMO_SIGN_IN = "demo_sign_in"


def options() -> dict[str, str]:
    """The parameters that an operator may set, and the variables that they are taken from."""
    names = [name for name in PARAMETERS if name not in ("llm_provider", DEMO_SIGN_IN)]
    return {parameter_of(name): name.upper() for name in (*names, *_STACK_ONLY)}


def _declared(row: Parameter) -> Json:
    described = {"Description": row.description} if row.description else {}
    kind = "Number" if isinstance(row.default, int) else "String"
    return {"Type": kind, "Default": row.default, **described, **row.limits}
