"""OpenAPI 3.1 of the whole API, made of what the routes declare. Built when first asked for."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec

from chalicelib.api.access import Who
from chalicelib.api.call import JSON, Endpoint
from chalicelib.api.examples import BRIEF, EXAMPLES
from chalicelib.api.http import DECLARED
from chalicelib.api.shapes import ErrorEnvelope
from chalicelib.api.validation import Patch

Json = dict[str, Any]

VERSION = "1"
_REF = "#/components/schemas/{name}"

_WHO: dict[Who, str] = {
    "anyone": "Needs no key.",
    "key": "For anybody with an API key.",
    "viewer": "For viewers of the session and above.",
    "editor": "For editors of the session and above.",
    "admin": "For admins of the session and its owner.",
    "owner": "For the owner of the session.",
    "chat": "For editors of the session and above; in a public session, for anybody with an API key.",
    "questions": "For viewers of the session and above; in a public session, for anybody with an API key.",
}

# status: name, code and an example of the message
_ERRORS: dict[int, tuple[str, str, str]] = {
    400: ("BadRequest", "validation_error", "topic is required"),
    401: ("Unauthorized", "unauthorized", "Invalid or missing API key"),
    403: ("Forbidden", "forbidden", "You don't have access to this session"),
    404: ("NotFound", "not_found", "Session not found"),
    409: ("Conflict", "conflict", "A request with this Idempotency-Key is still running; send it again in a moment"),
    413: ("TooLarge", "payload_too_large", "The request body must be at most 1,000,000 bytes"),
    422: (
        "Unprocessable",
        "unprocessable",
        "This Idempotency-Key was used for a request with another body in the last 24 hours",
    ),
    429: ("RateLimited", "rate_limited", "Rate limit exceeded. Try again in 42 seconds."),
    500: ("Failed", "internal_error", "The request failed on our side and was recorded as 6f1c2a90-0000"),
    503: ("Unavailable", "internal_error", "The facilitator is unavailable; send the same message again"),
}
_WAITING = (409, 429, 503)

_HEADERS: dict[str, Json] = {
    "X-Request-Id": {"description": "The id of this request, also in the logs.", "schema": {"type": "string"}},
    "RateLimit-Limit": {
        "description": "Requests a minute; without a valid key, those of a new one.",
        "schema": {"type": "integer"},
    },
    "RateLimit-Remaining": {"description": "Requests left in this minute.", "schema": {"type": "integer"}},
    "RateLimit-Reset": {"description": "Seconds to the next minute.", "schema": {"type": "integer"}},
    "Retry-After": {"description": "Whole seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
    "ETag": {"description": "Weak; send it as If-None-Match.", "schema": {"type": "string"}},
}

_EVERYWHERE = ("X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")

_PATH_IDS: dict[str, Json] = {
    "session_id": {"type": "string", "format": "uuid"},
    "participant_id": {"type": "string", "format": "uuid", "description": "The `participant_id` of a `Participant`."},
    "template_id": {"type": "string", "minLength": 1, "description": "The id of a template, or its slug."},
}

_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes sending again safe for 24 hours: the same key and body give the first answer again, another body 422, "
    "a request that is still running 409. After a 5xx the same key completes the work.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of an earlier answer; 304 where it still holds.",
    "schema": {"type": "string"},
}

_ABOUT = """Design conversational surveys, let people (or agents) take part, read what comes out of it.

Send `Authorization: Bearer hm_live_…`. Bodies are JSON in UTF-8, times RFC 3339 in UTC, ids UUIDs. Unknown fields are
ignored; outer white space is trimmed; an optional field sent as `null` counts as absent on POST and clears on PATCH.
Every failure is `{"error": {"code", "message"}}`. A key has 100 requests a minute unless it was made with another limit."""


@cache
def document(public_url: str) -> Json:
    """The description of the API as it is mounted here."""
    requests = {it.body for it in DECLARED if it.body} | {it.query for it in DECLARED if it.query}
    answers = {it.answers for it in DECLARED if it.answers} | {ErrorEnvelope}
    schemas = _requested(requests) | _components(answers)
    paths: dict[str, Json] = {}
    for declared in DECLARED:
        path = re.sub(r"{(\w+)}", r"{\1}", declared.path)
        paths.setdefault(path, {})[declared.method.lower()] = _operation(declared, schemas)
    for query in {it.query for it in DECLARED if it.query}:
        schemas.pop(query.__name__)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Harmonica", "version": VERSION, "description": _ABOUT},
        "servers": [{"url": f"{public_url}/api/v1"}],
        "security": [{"key": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "hm_live_<32 hex digits>"}},
            "headers": _HEADERS,
            "responses": {name: _error(status) for status, (name, _, _) in _ERRORS.items()},
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _operation(declared: Endpoint, schemas: Json) -> Json:
    summary, _, rest = (declared.view.__doc__ or "").strip().partition("\n")
    operation: Json = {
        "operationId": declared.view.__name__,
        "summary": summary,
        "description": " ".join([*rest.split(), _WHO[declared.who]]),
        "tags": [declared.path.split("/")[1].partition(".")[0]],
        "parameters": [*_path_parameters(declared), *_query_parameters(declared, schemas)],
        "responses": {str(declared.status): _success(declared)} | _failures(declared),
    }
    if declared.who == "anyone":
        operation["security"] = []
    if declared.method == "POST":
        operation["parameters"].append(_IDEMPOTENCY_KEY)
    if declared.method == "GET" and declared.tagged:
        operation["parameters"].append(_IF_NONE_MATCH)
        operation["responses"]["304"] = {
            "description": "What `If-None-Match` names still holds.",
            "headers": _headers("ETag", *_EVERYWHERE),
        }
    for status in declared.also:
        operation["responses"][str(status)] = _success(declared)
    if declared.body:
        required = bool(schemas[declared.body.__name__].get("required"))
        operation["requestBody"] = {"required": required, "content": {JSON: _content(declared.body)}}
    return operation


def _success(declared: Endpoint) -> Json:
    headers = _headers(*(["ETag"] if declared.method == "GET" and declared.tagged else []), *_EVERYWHERE)
    answer: Json = {"description": "Done." if declared.status == 204 else "The answer.", "headers": headers}
    if declared.status == 204:
        return answer
    if declared.content_type != JSON:
        shown = {"schema": {"type": "string"}, "example": BRIEF}
        return answer | {"content": {declared.content_type.partition(";")[0]: shown}}
    if links := _links(declared):
        answer["links"] = links
    return answer | {
        "content": {JSON: _content(declared.answers) if declared.answers else {"schema": {"type": "object"}}}
    }


def _links(declared: Endpoint) -> Json:
    """What the id of something new opens: every path below that names nothing else."""
    below = re.compile(re.escape(declared.path) + r"/{(\w+)}[^{]*")
    named = {it.view.__name__: found[1] for it in DECLARED if (found := below.fullmatch(it.path))}
    if declared.status != 201 or "id" not in declared.answers.__struct_fields__:
        return {}
    return {name: {"operationId": name, "parameters": {key: "$response.body#/id"}} for name, key in named.items()}


def _failures(declared: Endpoint) -> Json:
    statuses = {500, 503}
    if declared.who != "anyone":
        statuses |= {401, 429}
    elif declared.counted:
        statuses |= {429}
    if "{" in declared.path:
        statuses |= {404}
    if declared.who not in ("anyone", "key"):
        statuses |= {403}
    if declared.body or declared.query:
        statuses |= {400}
    if declared.body or declared.is_limited:
        statuses |= {413}
    if declared.method == "POST":
        statuses |= {400, 404, 409, 422}
    statuses |= set(declared.errors)
    return {str(status): {"$ref": f"#/components/responses/{_ERRORS[status][0]}"} for status in sorted(statuses)}


def _error(status: int) -> Json:
    _, code, message = _ERRORS[status]
    example = {"error": {"code": code, "message": message}}
    headers = _headers(*_EVERYWHERE, *(["Retry-After"] if status in _WAITING else []))
    content = {JSON: {"schema": {"$ref": _REF.format(name="ErrorEnvelope")}, "example": example}}
    return {"description": f"`{code}`", "headers": headers, "content": content}


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _content(kind: type[Any]) -> Json:
    content: Json = {"schema": {"$ref": _REF.format(name=kind.__name__)}}
    return content | ({"example": EXAMPLES[kind.__name__]} if kind.__name__ in EXAMPLES else {})


def _path_parameters(declared: Endpoint) -> Iterable[Json]:
    for name in re.findall(r"{(\w+)}", declared.path):
        schema = dict(_PATH_IDS.get(name, {"type": "string", "minLength": 1}))
        about = schema.pop("description", None)
        yield {"name": name, "in": "path", "required": True, "schema": schema} | (
            {"description": about} if about else {}
        )


def _query_parameters(declared: Endpoint, schemas: Json) -> Iterable[Json]:
    if declared.query is None:
        return
    described = schemas[declared.query.__name__]
    for name, schema in described["properties"].items():
        yield {"name": name, "in": "query", "required": name in described.get("required", ()), "schema": schema}


def _components(kinds: Iterable[type[Any]]) -> Json:
    ordered = sorted(kinds, key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components(ordered, ref_template=_REF)
    return dict(msgspec.json.decode(msgspec.json.encode(schemas)))  # defaults as JSON has them


def _requested(kinds: Iterable[type[Any]]) -> Json:
    """Schemas of what requests carry, with two rules that are not msgspec's: a required text is not blank, and null
    counts as absent where a field is optional."""
    schemas = _components(kinds)
    patches = {kind.__name__ for kind in kinds if issubclass(kind, Patch)}
    queries = {it.query.__name__ for it in DECLARED if it.query}
    for name, schema in schemas.items():
        required = schema.get("required", ())
        for field, described in schema.get("properties", {}).items():
            _not_blank(described)
            if field not in required and name not in patches | queries:
                schema["properties"][field] = _or_null(described)
    return schemas


def _not_blank(schema: Json) -> None:
    for inner in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        if isinstance(inner, dict) and inner.get("type") == "string" and inner.get("minLength"):
            inner["pattern"] = r"\S"


def _or_null(schema: Json) -> Json:
    kind = schema.get("type")
    if "anyOf" in schema:
        return schema
    if "enum" in schema:
        return schema | {"enum": [*schema["enum"], None]}
    if isinstance(kind, str):
        return schema | {"type": [kind, "null"]}
    default = {"default": schema["default"]} if "default" in schema else {}
    return {"anyOf": [{key: it for key, it in schema.items() if key != "default"}, {"type": "null"}]} | default
