"""Table of contents: the routes, and one entry point for each stream, queue and schedule.

Event sources are named here and bound to the stacks' resources by `infra/application_stack.py`. What an entry point does is
imported when it first runs: a function only pays for its own work.
"""

import gc

# What is imported stays: to search it for garbage again and again would take a twelfth of a cold start.
gc.disable()

from typing import Any

from chalice import Rate
from chalice.app import CloudWatchEvent, DynamoDBEvent, SQSEvent

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
)
from chalicelib.telegram import webhook
from chalicelib.web.host import routes as host
from chalicelib.web.host import session_routes
from chalicelib.web.kit import routes as kit
from chalicelib.web.participant import routes as participant

gc.freeze()
gc.enable()

app = not_found.Application(app_name="harmonica", configure_logs=False)

app.register_blueprint(documentation.routes, url_prefix="/api/v1")
app.register_blueprint(documentation.pages)
app.register_blueprint(participant.routes)
app.register_blueprint(host.routes)
app.register_blueprint(session_routes.routes)
app.register_blueprint(webhook.routes_with(respond))
app.register_blueprint(kit.routes)
app.register_blueprint(not_found.routes_with(kit.show_problem))


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


@app.on_sqs_message(queue=PROMPTS.name)
def write_prompt(event: SQSEvent) -> dict[str, Any]:
    """Queue of facilitation prompts to write."""
    from chalicelib.workers import jobs

    return jobs.work_off(PROMPTS, event)


@app.on_sqs_message(queue=SUMMARIES.name)
def write_summary(event: SQSEvent) -> dict[str, Any]:
    """Queue of summaries to bring up to date."""
    from chalicelib.workers import jobs

    return jobs.work_off(SUMMARIES, event)


@app.on_sqs_message(queue=BRIEFS.name)
def write_brief(event: SQSEvent) -> dict[str, Any]:
    """Queue of briefs to make."""
    from chalicelib.workers import jobs

    return jobs.work_off(BRIEFS, event)


@app.on_sqs_message(queue=CARDS.name)
def update_cards(event: SQSEvent) -> dict[str, Any]:
    """Queue of sessions whose cards are to follow."""
    from chalicelib.workers import jobs

    return jobs.work_off(CARDS, event)


@app.on_sqs_message(queue=DELETIONS.name)
def delete_data(event: SQSEvent) -> dict[str, Any]:
    """Queue of deleted sessions to remove."""
    from chalicelib.workers import jobs

    return jobs.work_off(DELETIONS, event)


@app.on_sqs_message(queue=MAILS.name)
def send_mail(event: SQSEvent) -> dict[str, Any]:
    """Queue of mails to send."""
    from chalicelib.workers import jobs

    return jobs.work_off(MAILS, event)


@app.on_sqs_message(queue=BOUNCES.name)
def note_bounce(event: SQSEvent) -> dict[str, Any]:
    """Queue of mails that came back or were called spam."""
    from chalicelib.workers import jobs

    return jobs.work_off(BOUNCES, event)


@app.on_sqs_message(queue=EXPORTS.name)
def write_export(event: SQSEvent) -> dict[str, Any]:
    """Queue of exports to write."""
    from chalicelib.workers import jobs

    return jobs.work_off(EXPORTS, event)


@app.on_sqs_message(queue=DELIVERIES.name)
def deliver(event: SQSEvent) -> dict[str, Any]:
    """Queue of what is to be told outside: announcements in groups."""
    from chalicelib.workers import jobs

    return jobs.work_off(DELIVERIES, event)


@app.on_sqs_message(queue=UPDATES.name)
def handle_update(event: SQSEvent) -> dict[str, Any]:
    """Queue of what came to the Telegram bot."""
    from chalicelib.workers import jobs

    return jobs.work_off(UPDATES, event)


@app.on_sqs_message(queue=REPLIES.name)
def reply_in_chat(event: SQSEvent) -> dict[str, Any]:
    """Queue of private Telegram chats that wait for a reply."""
    from chalicelib.workers import jobs

    return jobs.work_off(REPLIES, event)


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
