"""The guard finds what it is there to find: words in a log, in an error's text, and beside a message of a queue."""

import boto3
import pytest

from chalicelib.observability import logger
from chalicelib.settings import settings
from tests import leaks
from tests.api.hosts import Host

WORDS = "the canary sings at dawn"


def test_words_in_a_log_or_a_queue_are_found(host: Host) -> None:
    session = host.new_session()["id"]
    assert host.join(session).status_code == 200
    assert host.say(session, WORDS).status_code == 200
    told = (
        lambda: logger.info("a line", extra={"said": {"content": f"… {WORDS}"}}),
        lambda: logger.error("failed", exc_info=ValueError(f"not {WORDS}")),
        lambda: boto3.client("sqs", region_name="us-east-1").send_message(
            QueueUrl=settings().queue_urls["briefs"], MessageBody=f'"{WORDS}"'
        ),
    )
    for tell in told:
        tell()
        with pytest.raises(AssertionError, match="of what participants said"):
            leaks.check()
        leaks.forget_told()
