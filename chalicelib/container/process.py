"""The clock, ids, secrets, queues and bucket of this process."""

import uuid
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.clock import Clock
from chalicelib.queues import Jobs
from chalicelib.secret_store import read_secret
from chalicelib.settings import settings

if TYPE_CHECKING:
    from chalicelib.files import Files


@cache
def clock() -> Clock:
    """The clock, which tells real time."""
    return Clock()


def new_id() -> str:
    """A fresh random id."""
    return str(uuid.uuid4())


def deployment_secret() -> bytes:
    """The key behind thread ids and cookies."""
    return read_secret(settings().deployment_secret_arn).encode()


def edge_secret() -> str:
    """What our own CloudFront proves itself by; empty where there is none in front of us."""
    arn = settings().edge_secret_arn
    return read_secret(arn) if arn else ""


@cache
def jobs() -> Jobs:
    """The client of the queues."""
    return Jobs(settings())


@cache
def files() -> "Files":
    """The client of the bucket in which large exports lie."""
    from chalicelib.files import Files

    return Files(settings().exports_bucket)
