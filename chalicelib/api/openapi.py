"""OpenAPI 3.1 of the whole API, made of the table of routes. Built when first asked for."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, TypeGuard

import msgspec

from chalicelib.api.error_envelope import ErrorEnvelope
from chalicelib.api.http import ROUTED
from chalicelib.api.routes import ACCEPTED, JSON, Route
from chalicelib.model.users import DEFAULT_RATE
from chalicelib.operations.operation import Call, Changes, File, Markdown, Nothing, Operation, Output
from chalicelib.operations.subject import Who

Json = dict[str, Any]

VERSION = "1"
_REF = "#/components/schemas/{name}"

_WHO: dict[Who, str] = {
    "anyone": "Needs no key.",
    "user": "For anybody with an API key.",
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

_ABOUT = f"""Design conversational surveys, let people (or agents) take part, read what comes out of it.

Send `Authorization: Bearer hm_live_…`. Bodies are JSON in UTF-8, times RFC 3339 in UTC, ids UUIDs. Unknown fields are
ignored; outer white space is trimmed; an optional field sent as `null` counts as absent on POST and clears on PATCH;
`max_participants: null` says on both that there is no limit.
Every failure is `{{"error": {{"code", "message"}}}}`. A key has {DEFAULT_RATE} requests a minute unless it was made with another limit."""


# What files to take away are.
_FILES: Json = {
    JSON: {"schema": {"type": "object"}, "example": {"schema": "harmonica.session", "schema_version": 1}},
    **{kind: {"schema": {"type": "string"}} for kind in ("text/csv", "text/markdown", "text/html")},
}
_BRIEF = """---
session_id: "3f0b7c52-6a1d-4e8f-9b2a-5c4d3e2f1a00"
topic: "Our office"
participants: 2
---

# Our office

Noise keeps two of two participants from coming in.
"""


def get_openapi(call: Call, _: Nothing) -> Json:
    """This description, as OpenAPI 3.1."""
    return document(call.public_url)


OPERATIONS = (Operation(get_openapi, "anyone", Nothing, dict),)


@cache
def document(public_url: str) -> Json:
    """The description of the API as it is mounted here."""
    schemas = _schemas()
    paths: dict[str, Json] = {}
    for route in ROUTED:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    unread = {it.operation.input.__name__ for it in ROUTED} - {_body(it) for it in ROUTED}
    shown = {name: schema for name, schema in schemas.items() if name not in unread}
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
            "schemas": {name: _without_ids(name, schema) for name, schema in sorted(shown.items())},
        },
    }


def _schemas() -> Json:
    """Gives the schemas of all inputs and outputs, and of what they are made of."""
    given = [it.operation for it in ROUTED]
    outputs = set(filter(_is_described, [it for done in given for it in (done.output, done.meanwhile)]))
    return _requested({it.operation.input for it in ROUTED}) | _components([*outputs, ErrorEnvelope])


def _is_described(output: type[Any] | None) -> TypeGuard[type[Output]]:
    return output is not None and issubclass(output, Output) and output not in (File, Markdown)


def _body(route: Route) -> str:
    """Gives the name of the schema of a route's body; empty where none is read."""
    return route.operation.input.__name__ if route.has_body and route.fields else ""


def _without_ids(name: str, schema: Json) -> Json:
    """Leaves out of a body's schema what the path carries."""
    ids = {it for route in ROUTED if _body(route) == name for it in route.ids}
    if not ids:
        return schema
    kept = {field: it for field, it in schema["properties"].items() if field not in ids}
    required = [field for field in schema.get("required", ()) if field not in ids]
    return {**{key: it for key, it in schema.items() if key != "required"}, "properties": kept} | (
        {"required": required} if required else {}
    )


def _operation(route: Route, schemas: Json) -> Json:
    done = route.operation
    summary, _, rest = done.description.partition("\n")
    operation: Json = {
        "operationId": done.name,
        "summary": summary,
        "description": " ".join([*rest.split(), _WHO[done.who]]),
        "tags": [route.path.split("/")[1].partition(".")[0]],
        "parameters": list(_parameters(route, schemas)),
        "responses": {str(route.status): _success(route, schemas)} | _failures(route),
    }
    if done.who == "anyone":
        operation["security"] = []
    if route.method == "POST":
        operation["parameters"].append(_IDEMPOTENCY_KEY)
    if route.has_etag:
        operation["parameters"].append(_IF_NONE_MATCH)
        operation["responses"]["304"] = {
            "description": "What `If-None-Match` names still holds.",
            "headers": _headers("ETag", *_EVERYWHERE),
        }
    if done.goes_on:
        operation["responses"][str(ACCEPTED)] = _accepted(route, schemas)
    if name := _body(route):
        schema = _without_ids(name, schemas[name])
        content = _content(name, example_of(schema, schemas))
        operation["requestBody"] = {"required": bool(schema.keys() & {"required", "anyOf"}), "content": {JSON: content}}
    return operation


def _success(route: Route, schemas: Json) -> Json:
    headers = _headers(*(["ETag"] if route.has_etag else []), *_EVERYWHERE)
    answer: Json = {"description": "Done." if route.status == 204 else "The answer.", "headers": headers}
    output = route.operation.output
    if output is None:
        return answer
    if output is File:
        return answer | {"content": _FILES}
    if output is Markdown:
        shown = {"schema": {"type": "string"}, "example": _BRIEF}
        return answer | {"content": {route.content_type.partition(";")[0]: shown}}
    if links := _links(route):
        answer["links"] = links
    if not _is_described(output):
        return answer | {"content": {JSON: {"schema": {"type": "object"}}}}
    return answer | {"content": {JSON: _content(output.__name__, example_of(schemas[output.__name__], schemas))}}


def _accepted(route: Route, schemas: Json) -> Json:
    meanwhile = route.operation.meanwhile
    if meanwhile is None:
        return _success(route, schemas)
    name = meanwhile.__name__
    content = {JSON: _content(name, example_of(schemas[name], schemas))}
    return {"description": "The work goes on.", "headers": _headers(*_EVERYWHERE), "content": content}


def _links(route: Route) -> Json:
    """What the id of something new opens: every path below that names nothing else."""
    below = re.compile(re.escape(route.path) + r"/{(\w+)}[^{]*")
    named = {it.operation.name: found[1] for it in ROUTED if (found := below.fullmatch(it.path))}
    if not route.operation.creates or "id" not in getattr(route.operation.output, "__struct_fields__", ()):
        return {}
    return {name: {"operationId": name, "parameters": {key: "$response.body#/id"}} for name, key in named.items()}


def _failures(route: Route) -> Json:
    done, fields = route.operation, bool(route.fields)
    statuses = {500, 503}
    if done.who != "anyone":
        statuses |= {401, 429}
    elif route.counted:
        statuses |= {429}
    if route.ids:
        statuses |= {404}
    if done.who not in ("anyone", "user"):
        statuses |= {403}
    if fields:
        statuses |= {400}
    if (route.has_body and fields) or route.is_limited:
        statuses |= {413}
    if route.method == "POST":
        statuses |= {400, 404, 409, 422}
    statuses |= {error.status for error in done.fails}
    return {str(status): {"$ref": f"#/components/responses/{_ERRORS[status][0]}"} for status in sorted(statuses)}


def _error(status: int) -> Json:
    _, code, message = _ERRORS[status]
    headers = _headers(*_EVERYWHERE, *(["Retry-After"] if status in _WAITING else []))
    content = _content("ErrorEnvelope", {"error": {"code": code, "message": message}})
    return {"description": f"`{code}`", "headers": headers, "content": {JSON: content}}


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _content(name: str, example: Any) -> Json:
    return {"schema": {"$ref": _REF.format(name=name)}, "example": example}


def _parameters(route: Route, schemas: Json) -> Iterable[Json]:
    """Gives what the path and the query carry, by the schema of the input."""
    described = schemas[route.operation.input.__name__]
    for name in (*route.ids, *route.query, *(() if route.has_body else route.fields)):
        schema = dict(described["properties"][name])
        about = schema.pop("description")
        where, required = ("path", True) if name in route.ids else ("query", name in described.get("required", ()))
        yield {"name": name, "in": where, "required": required, "schema": schema, "description": about}


def example_of(schema: Json, schemas: Json) -> Any:
    """Gives an example of a schema: the one it names, else its default, else one made of those of its parts."""
    if schema.get("examples"):
        return schema["examples"][0]
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "anyOf" in schema and "properties" not in schema:
        return _example_of_any(schema["anyOf"], schemas)
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        required = [*schema.get("required", ()), *schema.get("anyOf", [{}])[0].get("required", ())]
        named = {name: it for name, it in schema["properties"].items() if name in required or it.get("examples")}
        return {name: example_of(it, schemas) for name, it in named.items()}
    if isinstance(schema.get("items"), dict):
        return [example_of(schema["items"], schemas)]
    return _OF_TYPE[schema.get("type", "null")]


_OF_TYPE: Json = {"boolean": False, "integer": 0, "string": "", "array": [], "object": {}, "null": None}


def _example_of_any(options: list[Json], schemas: Json) -> Any:
    """Gives the example of the first option that names one, else null."""
    named = [it for it in options if "$ref" in it or it.get("examples")]
    return example_of(named[0], schemas) if named else None


def _components(kinds: Iterable[type[Any]]) -> Json:
    ordered = sorted(kinds, key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components(ordered, ref_template=_REF)
    found: Json = msgspec.json.decode(msgspec.json.encode(schemas))  # defaults as JSON has them
    for schema in found.values():
        for field in schema.get("properties", {}).values():
            _lift_description(field, found)
    return found


def _lift_description(schema: Json, schemas: Json) -> None:
    """Says of a field that may be null, or have values of several types, what is said of one of these."""
    for option in schema.get("anyOf", ()):
        named = schemas.get(option.get("$ref", "").rpartition("/")[2], {})
        if about := option.pop("description", named.get("description")):
            schema.setdefault("description", about)


def _requested(kinds: Iterable[type[Any]]) -> Json:
    """Schemas of what requests carry, with rules that are not msgspec's: a required text is not blank, null counts as absent where
    a field is optional, and what an input says of several fields together."""
    schemas = _components(kinds)
    changes = {kind.__name__ for kind in kinds if issubclass(kind, Changes)}
    queries = {it.operation.input.__name__ for it in ROUTED if not _body(it)}
    rules = {kind.__name__: kind.schema_rules for kind in kinds if hasattr(kind, "schema_rules")}
    for name, schema in schemas.items():
        schema |= rules.get(name, {})
        required = schema.get("required", ())
        for field, described in schema.get("properties", {}).items():
            _not_blank(described)
            if field not in required and name not in changes | queries:
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
    outside = {key: it for key, it in schema.items() if key in ("default", "description")}
    return {"anyOf": [{key: it for key, it in schema.items() if key not in outside}, {"type": "null"}]} | outside
