"""`make recount`: two real consultations in the in-memory AWS, one participant an author. Every number of their results is counted a
second time from the tables, and every quote looked for in the message that it names. Then: what pages of a thousand people take."""

import io
import os
import time
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib import container
from chalicelib.observability import logger
from chalicelib.services.synthesis import digest_runner
from tests import conftest, stack_in_memory
from tests.api.hosts import Host, new_host
from tests.api.jobs import summarise
from tests.clock import FakeClock, own_time
from tests.recount.answers import check_answers
from tests.recount.checks import Doors, check_everything, check_quotes_of_page
from tests.recount.pages import check_pages
from tests.recount.planted import OpinionatedModel, plant
from tests.recount.similarity import check_similarity
from tests.recount.stored import Stored, read_stored
from tests.recount.test_crowd import plant_crowd, visit_all
from tests.services.synthesis.test_real_corpora import TOPICS, everybody
from tests.web.browser import Browser
from tests.web.host.visitor import SENDER, sign_in, verify_sender

ADDRESS = "ana@example.com"
A_DAY = 24 * 3600


def recount(corpus: str, host: Host, browser: Browser, clock: FakeClock) -> tuple[Stored, int]:
    """Check everything that is shown of a consultation; gives what is stored of it, and how many quotes its pages have."""
    session = plant(list(everybody(corpus).values()), host.user_id, clock.now(), topic=TOPICS[corpus]).id
    clock.advance(A_DAY)
    while not summarise(session) or any(person.head.get("due_kind") for person in read_stored(session).people):
        clock.advance(60)
    doors = Doors(host, browser, session, clock.now())
    stored = read_stored(session)
    check_everything(stored, doors)
    check_pages(stored, doors)
    check_answers(stored, doors)
    check_similarity(stored, doors)
    pages = [page.html for page in doors.pages().values() if page.status == 200]
    return stored, sum(check_quotes_of_page(stored, html) for html in pages)


def measure_pages(host: Host, browser: Browser, clock: FakeClock) -> None:
    """Print what each page of a session of a thousand people takes, the in-memory AWS among it; the slowest first."""
    session = plant_crowd(host.user_id, clock.now())
    clock.advance(A_DAY)
    assert summarise(session)
    found = dict(visit_all(Doors(host, browser, session, clock.now())))
    print("| page of 1,000 people | bytes | calls | items read | s of CPU |\n| --- | ---: | ---: | ---: | ---: |")
    for kind, it in sorted(found.items(), key=lambda visited: -visited[1].seconds):
        print(f"| {kind} | {it.size:,} | {it.calls} | {it.items:,} | {it.seconds:.2f} |", flush=True)


def main() -> None:
    """Recount both, and print what there was to count. What is logged meanwhile is written, too, but not here."""
    handler: Any = logger.registered_handler
    handler.setStream(io.StringIO())
    patch = pytest.MonkeyPatch()
    with mock_aws():
        stack_in_memory.create_tables()
        secrets: Any = boto3.client("secretsmanager")
        arn = secrets.create_secret(Name="deployment", SecretString="s" * 64)["ARN"]
        os.environ.update(stack_in_memory.create_queues(), DEPLOYMENT_SECRET_ARN=arn, MAIL_FROM=SENDER)
        conftest.forget_wiring()
        verify_sender()
        clock = own_time(patch)
        patch.setattr(container, "model", cache(OpinionatedModel))
        patch.setattr(digest_runner, "AT_ONCE", 1)  # the in-memory AWS is not thread-safe
        patch.setattr("chalicelib.services.accounts.logins.DEFAULT_RATE", 1_000_000)
        host = new_host(ADDRESS)
        for corpus in TOPICS:
            began = time.process_time()
            browser = sign_in(Browser(), ADDRESS)
            stored, quotes = recount(corpus, host, browser, clock)
            messages = sum(len(person.said) for person in stored.people)
            counted = f"{len(stored.people)} people, {messages} messages, {len(stored.carriers)} themes, {quotes} quotes on pages"
            print(f"{corpus}: {counted}; all right ({time.process_time() - began:.0f} s of CPU)", flush=True)
        measure_pages(host, sign_in(Browser(), ADDRESS), clock)


if __name__ == "__main__":
    main()
