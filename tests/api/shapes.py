"""The contract's shapes, written out: exactly these keys, of exactly these types."""

import re
from typing import Any

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
URL = re.compile(r"http://127\.0\.0\.1:8000/\S+")
NULL = type(None)

LIST_ITEM = {
    "id": ID,
    "topic": str,
    "goal": str,
    "status": re.compile("draft|active|completed"),
    "participant_count": int,
    "created_at": TIME,
    "updated_at": TIME,
}

SESSION_CREATED = {**LIST_ITEM, "join_url": URL}

QUESTION = {
    "id": ID,
    "text": str,
    "position": int,
    "type": re.compile("Short field|Email|Options"),
    "required": bool,
    "options": [str],
    "role": re.compile("name|email|other"),
    "multiple": bool,
    "long": bool,
}

SESSION = {
    **LIST_ITEM,
    "critical": (str, NULL),
    "context": (str, NULL),
    "private_context": (str, NULL),
    "prompt": (str, NULL),
    "summary": (str, NULL),
    "session_md": (str, NULL),
    "join_url": URL,
    "results_url": URL,
    "questions": [QUESTION],
    "cross_pollination": bool,
    "widgets_enabled": bool,
    "results_visibility": re.compile("host|participants|public"),
    "results_sections": dict.fromkeys(("summary", "recap", "responses", "insights", "similarity", "ask"), bool),
    "shared_network": bool,
    "is_public": bool,
    "access": re.compile("link|invited"),
    "distribution": [dict],
    "prompt_status": re.compile("host|writing|tailored|basic"),
    "summary_prompt": (str, NULL),
    "summary_status": re.compile("current|updating|stale|none"),
    "template_id": (str, NULL),
    "platform_guidelines_override": (str, NULL),
    "intro_video_url": (str, NULL),
    "welcome_message": (str, NULL),
    "meta_description": (str, NULL),
    "prompt_summary": (str, NULL),
    "prompt_generated_from": (dict, NULL),
    "language": (str, NULL),
    "time_zone": str,
    "duration_minutes": int,
    "opens_at": (str, NULL),
    "closes_at": (str, NULL),
    "retention_days": (int, NULL),
    "anonymous": bool,
    "max_participants": (int, NULL),
    "completed_count": int,
    "reminders": {"enabled": bool, "after_hours": [int], "text": (str, NULL)},
    "usage": {"turns": int, "input_tokens": int, "cached_tokens": int, "output_tokens": int},
    "cost": {"estimated": (int, float, NULL), "spent": (int, float)},
    "is_example": bool,
    "follow_up_of": (str, NULL),
    "models": re.compile("stage|account"),
    "project_ids": [ID],
    "branding": (dict, NULL),
}

MESSAGE = {"id": ID, "role": re.compile("user|assistant"), "content": str, "created_at": TIME}

PARTICIPANT = {
    "participant_id": ID,
    "participant_name": (str, NULL),
    "active": bool,
    "messages": [MESSAGE],
    "external_id": str,
    "channel": re.compile("web|telegram|api"),
    "another_account": bool,
    "message_count": int,
    "first_message_at": (str, NULL),
    "last_message_at": (str, NULL),
    "answers": [{"question_id": ID, "text": str, "answer": str}],
    "included": bool,
    "test": bool,
    "rating": (int, NULL),
    "progress": re.compile("joined|talking|quiet|completed|left"),
    "joined_at": TIME,
    "completed_at": (str, NULL),
    "prompt_version": int,
    "quotable": bool,
}

CHAT_RESPONSE = {
    "message": {"role": re.compile("assistant"), "content": re.compile(r"(?s).+"), "is_final": bool},
    "thread_id": ID,
}

QUOTE = {"text": re.compile(r".+"), "message_id": ID}

SUMMARY = {
    "session_id": ID,
    "summary": (str, NULL),
    "generated_at": (str, NULL),
    "status": re.compile("current|updating|stale|none"),
    "themes": [
        {
            "id": re.compile(r"t\d+"),
            "label": re.compile(r".+"),
            "statement": str,
            "participants": int,
            "stances": {"for": int, "against": int, "mixed": int, "neutral": int},
            "quotes": [QUOTE],
        }
    ],
    "quotes": [QUOTE],
    "proposals": [
        {
            "text": re.compile(r".+"),
            "condition": str,
            "participants": int,
            "stances": {"for": int, "against": int, "mixed": int, "neutral": int},
        }
    ],
    "withheld_messages": int,
}

USER_INFO = {
    "id": ID,
    "email": str,
    "name": (str, NULL),
    "locale": (str, NULL),
    "time_zone": (str, NULL),
    "harmonica_md": (str, NULL),
    "digest": bool,
    "updated_at": TIME,
    "subscription_status": re.compile("FREE|PRO|ENTERPRISE"),
    "api_key": {
        "name": (str, NULL),
        "key_prefix": re.compile("hm_live_[0-9a-f]{4}"),
        "created_at": TIME,
        "last_used_at": TIME,
    },
}


def assert_shape(value: Any, shape: Any, at: str = "$") -> None:
    """Fail where a value has not this shape: a key too many or too few, another type, a text of another form."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), f"{at} is {value!r}"
        assert set(value) == set(shape), f"{at}: keys differ by {set(value) ^ set(shape)}"
        for key, inner in shape.items():
            assert_shape(value[key], inner, f"{at}.{key}")
    elif isinstance(shape, list):
        assert isinstance(value, list), f"{at} is {value!r}"
        for position, item in enumerate(value):
            assert_shape(item, shape[0], f"{at}[{position}]")
    elif isinstance(shape, re.Pattern):
        assert isinstance(value, str), f"{at} is {value!r}"
        assert shape.fullmatch(value), f"{at} is {value!r}"
    else:
        kinds = shape if isinstance(shape, tuple) else (shape,)
        assert type(value) in kinds, f"{at} is {value!r}"
