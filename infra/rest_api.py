"""The API of the application stack: every method of every path goes to the function; what is left is answered as it would be."""

import json
from typing import Any

from chalicelib.model.users import DEFAULT_RATE
from infra import access_log
from infra.environment import REST_API
from infra.parameters import BURST, REQUESTS_A_SECOND

Template = dict[str, Any]

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")  # of which "any" is one
ANY = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
MINIMUM_COMPRESSED_BYTES = 1024

GATEWAY_ERRORS = {
    # The catch-all route answers unknown paths itself, so what is left for this one are methods that no route has.
    "MISSING_AUTHENTICATION_TOKEN": ("405", "method_not_allowed", "This path does not support that method"),
    "REQUEST_TOO_LARGE": ("413", "payload_too_large", "The request is too large"),
    "THROTTLED": ("429", "rate_limited", "Rate limit exceeded. Try again in 1 seconds."),
    "DEFAULT_4XX": (None, "validation_error", "The request could not be understood"),
    "DEFAULT_5XX": (None, "internal_error", "The service is unavailable; send the same request again"),
}

# What API Gateway answers by itself is counted for nobody: it tells of a new caller's allowance, and of the longest wait.
ALLOWANCE = {"RateLimit-Limit": str(DEFAULT_RATE), "RateLimit-Remaining": str(DEFAULT_RATE), "RateLimit-Reset": "60"}
READABLE = (*ALLOWANCE, "Retry-After", "X-Request-Id")


def complete(resources: Template) -> None:
    """Completes the API that Chalice made of the routes."""
    properties = resources[REST_API]["Properties"]
    properties |= {
        "EndpointConfiguration": {"Type": "REGIONAL"},
        # Every type may be binary: uploads and images arrive as they are, and Chalice turns the rest back into text.
        "BinaryMediaTypes": ["*/*"],
        "MinimumCompressionSize": MINIMUM_COMPRESSED_BYTES,
        "MethodSettings": [
            {
                "ResourcePath": "/*",
                "HttpMethod": "*",
                "ThrottlingRateLimit": {"Ref": REQUESTS_A_SECOND},
                "ThrottlingBurstLimit": {"Ref": BURST},
            }
        ],
        "AccessLogSetting": access_log.setting(),
        # Without it SAM adds a second stage named "Stage".
        "OpenApiVersion": "2.0",
    }
    body = properties["DefinitionBody"]
    # The title is the API's name, and metrics go by the name: a stage's alarm must not hear of another stage.
    body["info"]["title"] = {"Ref": "AWS::StackName"}
    body["x-amazon-apigateway-binary-media-types"] = ["*/*"]
    body["paths"] = _with_any_method(body["paths"])
    body["x-amazon-apigateway-gateway-responses"] = {kind: _gateway_response(kind) for kind in GATEWAY_ERRORS}


def _with_any_method(paths: Template) -> Template:
    """Every path, and every part of one that ends at a slash, with all methods.

    What API Gateway finds no method for it answers by itself, and never as our contract says: where the request has an
    Authorization header, it takes that for a signature of AWS's and complains of it.
    """
    (method, *_) = next(iter(paths.values())).values()
    served = {ANY: {key: it for key, it in method.items() if key in ("responses", INTEGRATION)}}
    return dict.fromkeys(sorted({part for path in paths for part in _parts(path)}), served)


def _parts(path: str) -> list[str]:
    """A path and those above it, of which the API has a resource each."""
    names = path.strip("/").split("/")
    return ["/", *("/" + "/".join(names[:count]) for count in range(1, len(names) + 1) if path != "/")]


def gateway_envelope(kind: str) -> str:
    """The body of an answer that API Gateway gives without us, in the envelope of all our errors."""
    _, code, message = GATEWAY_ERRORS[kind]
    return json.dumps({"error": {"code": code, "message": message}})


def gateway_headers(kind: str) -> dict[str, str]:
    """The headers of such an answer, but for the request's id: it can be read from any origin."""
    headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": ", ".join(READABLE), **ALLOWANCE}
    if kind == "THROTTLED":
        headers |= {"Retry-After": "1", "RateLimit-Remaining": "0", "RateLimit-Reset": "1"}
    return headers


def _gateway_response(kind: str) -> Template:
    """An answer that API Gateway gives without us."""
    status = GATEWAY_ERRORS[kind][0]
    response: Template = {
        "responseParameters": {
            **{f"gatewayresponse.header.{name}": f"'{value}'" for name, value in gateway_headers(kind).items()},
            "gatewayresponse.header.X-Request-Id": "context.requestId",
        },
        "responseTemplates": {"application/json": gateway_envelope(kind)},
    }
    return response | ({"statusCode": status} if status else {})
