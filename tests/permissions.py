"""Holds what jobs and requests ask of AWS against what their functions may: in memory AWS allows everything."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from chalice import Chalice
from pynamodb.connection.base import Connection

from chalicelib.clock import Deadline
from chalicelib.files import Files
from chalicelib.model.jobs import QUEUE_OF, Job
from chalicelib.store import due_kinds
from chalicelib.workers import jobs
from infra.function import Function
from infra.functions import ALL, API, OPEN_AND_CLOSE, SWEEP

_WRITES = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
_OF_FILES = {"put_object": "PutObject", "delete_object": "DeleteObject"}
_working: ContextVar[Function | None] = ContextVar("working", default=None)
denied: list[str] = []  # what AWS would have refused


def enforce(patch: pytest.MonkeyPatch) -> None:
    """From now on, note what the function of a job that runs, or that of the API and the pages, may not do."""
    dispatch, call, run, serve = Connection.dispatch, Files._call, jobs.run_job, Chalice.__call__

    def dispatch_allowed(self: Connection, name: str, arguments: Any, *given: Any, **named: Any) -> Any:
        for table, operation in _asked(name, arguments):
            _require("dynamodb", table, operation)
        return dispatch(self, name, arguments, *given, **named)

    def call_allowed(self: Files, operation: str, **given: Any) -> None:
        _require("s3", "exports", _OF_FILES[operation])
        call(self, operation, **given)

    def run_as_its_function(job: Job, deadline: Deadline) -> Any:
        token = _working.set(_function_of(job))
        try:
            return run(job, deadline)
        finally:
            _working.reset(token)

    def serve_as_api(self: Chalice, event: Any, context: Any) -> Any:
        token = _working.set(API)
        try:
            return serve(self, event, context)
        finally:
            _working.reset(token)

    patch.setattr(Connection, "dispatch", dispatch_allowed)
    patch.setattr(Files, "_call", call_allowed)
    patch.setattr(jobs, "run_job", run_as_its_function)
    patch.setattr(Chalice, "__call__", serve_as_api)


def _function_of(job: Job) -> Function | None:
    """The function that does such a job; what is of no queue, the clock does, of which one function comes each minute."""
    if queue := QUEUE_OF.get(type(job)):
        return next((it for it in ALL if it.works_off == queue), None)
    return OPEN_AND_CLOSE if any(it.job is type(job) for it in due_kinds.EACH_MINUTE) else SWEEP


@contextmanager
def by_others() -> Iterator[None]:
    """What is done meanwhile is done by no job, although a test does it in the middle of one."""
    token = _working.set(None)
    try:
        yield
    finally:
        _working.reset(token)


def _asked(name: str, arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    if name == "TransactWriteItems":
        return [(it["TableName"], _WRITES[kind]) for item in arguments["TransactItems"] for kind, it in item.items()]
    if "RequestItems" in arguments:
        return [(table, name) for table in arguments["RequestItems"]]
    return [] if "IndexName" in arguments else [(arguments["TableName"], name)]


def _require(service: str, resource: str, operation: str) -> None:
    function = _working.get()
    if function is None:
        return
    tables = {table.lower(): allowed for table, allowed in function.tables.items()}
    allowed = function.files if service == "s3" else tables.get(resource, ())
    if operation not in allowed:
        denied.append(f"{function.logical_id} may not {service}:{operation} on {resource}")
