"""The records that repositories take and return: plain, frozen, free of DynamoDB. Times are aware datetimes in UTC."""

from chalicelib.store.records.conversations import Answer, Condensed, Message, Speaker, Thread, ThreadView
from chalicelib.store.records.sessions import (
    Card,
    Distribution,
    DistributionStatus,
    Prompt,
    PromptOrigin,
    Question,
    Role,
    Session,
    SessionView,
    Status,
    Tally,
    Visibility,
)
from chalicelib.store.records.synthesis import Brief, Digest, Point, Quote, Summary, Synthesis, Theme
from chalicelib.store.records.users import Caller, GroupStatus, Outcome, PastRequest, TelegramGroup, User

__all__ = [
    "Answer",
    "Brief",
    "Caller",
    "Card",
    "Condensed",
    "Digest",
    "Distribution",
    "DistributionStatus",
    "GroupStatus",
    "Message",
    "Outcome",
    "PastRequest",
    "Point",
    "Prompt",
    "PromptOrigin",
    "Question",
    "Quote",
    "Role",
    "Session",
    "SessionView",
    "Speaker",
    "Status",
    "Summary",
    "Synthesis",
    "Tally",
    "TelegramGroup",
    "Theme",
    "Thread",
    "ThreadView",
    "User",
    "Visibility",
]
