"""Table of contents: the routes, and one entry point for each stream, queue and schedule.

Event sources are named here and bound to the stacks' resources by `infra/application_stack.py`. What an entry point does is
imported when it first runs: a function only pays for its own work.
"""

import gc

# What is imported stays: to search it for garbage again and again would take a twelfth of a cold start.
gc.disable()

from collections.abc import Callable
from typing import Any

from chalice import Rate
from chalice.app import CloudWatchEvent, DynamoDBEvent, SQSEvent

from chalicelib import snapshot
from chalicelib.api import documentation, not_found
from chalicelib.api.http import respond
from chalicelib.model.jobs import (
    BOUNCES,
    BRIEFS,
    CARDS,
    DELETIONS,
    DELIVERIES,
    EXPORTS,
    MAILS,
    PROMPTS,
    REPLIES,
    SUMMARIES,
    UPDATES,
    Queue,
)
from chalicelib.telegram import webhook
from chalicelib.web.host import routes as host
from chalicelib.web.host import session_routes
from chalicelib.web.kit import routes as kit
from chalicelib.web.participant import routes as participant

if snapshot.is_taken():
    snapshot.prepare()

gc.freeze()
gc.enable()

Handler = Callable[[Any, Any], Any]

app = not_found.Application(app_name="harmonica", configure_logs=False)

app.register_blueprint(documentation.routes, url_prefix="/api/v1")
app.register_blueprint(documentation.pages)
app.register_blueprint(participant.routes)
app.register_blueprint(host.routes)
app.register_blueprint(session_routes.routes)
app.register_blueprint(webhook.routes_with(respond))
app.register_blueprint(kit.routes)
app.register_blueprint(not_found.routes_with(host.show_unknown))


@app.on_dynamodb_record(stream_arn="arn:aws:dynamodb:*:*:table/sessions/stream/*")
def sessions_changed(event: DynamoDBEvent) -> None:
    """Sessions stream → prompts, briefs, cards."""
    from chalicelib.workers import streams

    streams.sessions_changed(event)


@app.on_dynamodb_record(stream_arn="arn:aws:dynamodb:*:*:table/conversations/stream/*")
def conversations_changed(event: DynamoDBEvent) -> None:
    """Conversations stream → summaries."""
    from chalicelib.workers import streams

    streams.conversations_changed(event)


def _works_off(queue: Queue) -> Handler:
    """The function that works a queue off."""

    def work_off(event: SQSEvent) -> dict[str, Any]:
        from chalicelib.workers import jobs

        return jobs.work_off(queue, event)

    work_off.__name__ = queue.worker  # by which Lambda looks for it here
    handler: Handler = app.on_sqs_message(queue=queue.name)(work_off)
    return handler


write_prompt = _works_off(PROMPTS)
write_summary = _works_off(SUMMARIES)
write_brief = _works_off(BRIEFS)
update_cards = _works_off(CARDS)
delete_data = _works_off(DELETIONS)
send_mail = _works_off(MAILS)
note_bounce = _works_off(BOUNCES)
write_export = _works_off(EXPORTS)
deliver = _works_off(DELIVERIES)
handle_update = _works_off(UPDATES)
reply_in_chat = _works_off(REPLIES)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def open_and_close(event: CloudWatchEvent) -> None:
    """Sessions whose time to open or to end has come."""
    from chalicelib.workers import clock

    clock.open_and_close(event)


@app.schedule(Rate(5, unit=Rate.MINUTES))
def sweep(event: CloudWatchEvent) -> None:
    """What an event should have woken and did not."""
    from chalicelib.workers import clock

    clock.sweep(event)
