"""The variables of the functions: every one that there is, and which of them a function gets."""

from typing import Any

from chalicelib.settings import PARAMETERS
from infra import mail_events, queues
from infra.function import Function
from infra.parameters import parameter_of

Json = dict[str, Any]

API_FUNCTION = "APIHandler"
REST_API = "RestAPI"
API_STAGE = "live"
HAS_EDGE = "HasEdge"
HAS_DOMAIN = "HasDomain"
TABLES = ("Accounts", "Sessions", "Projects", "Conversations", "Telegram", "Guards")


def environment_values() -> Json:
    """Every variable a function can get, and where its value comes from."""
    return {
        "STAGE": {"Ref": "Stage"},
        "LOG_LEVEL": {"Ref": "LogLevel"},
        "POWERTOOLS_SERVICE_NAME": "harmonica",
        **{f"{table.upper()}_TABLE": {"Ref": f"{table}TableName"} for table in TABLES},
        "DEPLOYMENT_SECRET_ARN": {"Ref": "DeploymentSecretArn"},
        "EXPORTS_BUCKET": {"Ref": "ExportsBucketName"},
        "MAIL_CONFIGURATION_SET": mail_events.name_of_set(),
        **{name.upper(): {"Ref": parameter_of(name)} for name in PARAMETERS},
        "PUBLIC_URL": public_url(),
        "EDGE_SECRET_ARN": {"Fn::If": [HAS_EDGE, {"Ref": "EdgeSecret"}, ""]},
        **{variable: {"Ref": logical_id} for variable, logical_id in queues.addresses().items()},
    }


def environment_of(function: Function) -> Json:
    """The variables of one function."""
    values = environment_values()
    names = ("STAGE", "LOG_LEVEL", "POWERTOOLS_SERVICE_NAME", *function.variables)
    environment = {name: values[name] for name in names}
    if function.logical_id == API_FUNCTION and "PUBLIC_URL" in environment:
        # The API's own URL and CloudFront's depend on the API, which depends on this function: where neither address nor
        # domain are told, the function reads the URL from the request instead.
        domain = {"Fn::If": [HAS_DOMAIN, {"Fn::Sub": "https://${DomainName}"}, ""]}
        environment["PUBLIC_URL"] = {"Fn::If": ["HasPublicUrl", {"Ref": "PublicUrl"}, domain]}
    return environment


def public_url() -> Json:
    """Where people reach the application: the address that is told, the domain, CloudFront, else the API's own address."""
    own = {"Fn::Sub": f"https://${{{REST_API}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{API_STAGE}"}
    edge = {"Fn::If": [HAS_EDGE, {"Fn::Sub": "https://${EdgeDistribution.DomainName}"}, own]}
    domain = {"Fn::If": [HAS_DOMAIN, {"Fn::Sub": "https://${DomainName}"}, edge]}
    return {"Fn::If": ["HasPublicUrl", {"Ref": "PublicUrl"}, domain]}
