"""Examples of the documentation, by the name of the shape; tests hold each against its schema."""

from typing import Any

_SESSION = "3f0b7c52-6a1d-4e8f-9b2a-5c4d3e2f1a00"
_QUESTION = "b1f7a0de-2c43-4a8e-8f7e-0d9c1b2a3f44"
_THREAD = "7d9e8f10-3b5c-4d6e-8a7b-9c0d1e2f3a4b"
_USER = "0c9d8e7f-1a2b-4c3d-9e4f-5a6b7c8d9e0f"
_CREATED = "2026-03-01T12:00:05.123456Z"
_UPDATED = "2026-03-01T12:04:41.000712Z"

_QUESTIONS = [
    {
        "id": _QUESTION,
        "text": "How often do you come in?",
        "position": 0,
        "type": "Options",
        "required": True,
        "options": ["Daily", "Weekly", "Hardly ever"],
    }
]
_ITEM = {
    "id": _SESSION,
    "topic": "Our office",
    "goal": "Decide what to change about the office next year",
    "status": "active",
    "participant_count": 2,
    "created_at": _CREATED,
    "updated_at": _UPDATED,
}
_JOIN_URL = f"https://harmonica.example.com/chat?s={_SESSION}"
_SUMMARY = "## What people said\n\nNoise keeps two of two participants from coming in."
_NOISE = {
    "label": "Noise",
    "participants": 4,
    "stances": {"for": 0, "against": 4, "mixed": 0, "neutral": 0},
}
_QUOTE = {"text": "It is too loud to concentrate.", "message_id": "e4a1b2c3-5d6e-4f70-8a9b-0c1d2e3f4a5b"}
BRIEF = f"""---
session_id: "{_SESSION}"
topic: "{_ITEM["topic"]}"
participants: 2
---

# {_ITEM["topic"]}

Noise keeps two of two participants from coming in.
"""
_PAGINATION = {"total": 1, "limit": 20, "offset": 0}
_GROUP = {
    "group_id": "-1001234567890",
    "group_name": "Office",
    "topic_id": None,
    "created_at": _CREATED,
    "status": "confirmed",
}
_TEMPLATE_ID = "0ef9fd66-9fae-5ccf-823a-94616f4c35d4"
_FACILITATION_PROMPT = """# Opening
Welcome the person and say that this is about working in our office.

# Questions
1. When did you last come in, and what for?
   Probe: What made it worth the way, or not.
2. What keeps you from coming in?
   Probe: The last time that happened.
3. What should stay as it is?
   Probe: What would be missing without it.
4. What should change first?
   Probe: Who would notice, and how.

# Closing
Name what keeps them away and what they would change first."""
_PROPOSAL = {
    "facilitation_prompt": _FACILITATION_PROMPT,
    "prompt_summary": "Goes from the last day in the office to what keeps people away, and to the first change.",
    "prompt_generated_from": {
        "topic": _ITEM["topic"],
        "goal": _ITEM["goal"],
        "critical": "What keeps people from coming in",
        "context": None,
    },
    "template_id": None,
    "cross_pollination_default": None,
}
_TEMPLATE = {
    "id": _TEMPLATE_ID,
    "title": "Product feedback",
    "description": "Learn how people really use a product, and what would make it worth more to them.",
    "icon": "🧩",
    "facilitation_prompt": "# Opening\nWelcome the person and say that criticism is as useful as praise.\n\n"
    "# Questions\n1. When did you last use the product?\n   Probe: What they were trying to get done.\n",
    "default_goal": "Find out what people use the product for, and which improvement would matter most to them.",
    "default_critical": "The one problem that makes people give up on a task.",
    "default_context": "Who uses the product, and since when.",
    "default_session_name": "Feedback on our product",
    "template_type": "single",
    "cross_pollination_default": False,
    "is_public": True,
    "created_at": _CREATED,
    "updated_at": _CREATED,
}
_PERSON = {
    "participant_id": _THREAD,
    "participant_name": "Ada",
    "active": True,
    "messages": [
        {
            "id": "e4a1b2c3-5d6e-4f70-8a9b-0c1d2e3f4a5b",
            "role": "user",
            "content": "It is too loud to concentrate.",
            "created_at": _UPDATED,
        }
    ],
    "external_id": "ada",
    "channel": "api",
    "message_count": 1,
    "first_message_at": _UPDATED,
    "last_message_at": _UPDATED,
    "answers": [{"question_id": _QUESTION, "text": "How often do you come in?", "answer": "Weekly"}],
    "included": True,
    "rating": None,
}

EXAMPLES: dict[str, dict[str, Any]] = {
    "CreateSessionBody": {
        "topic": _ITEM["topic"],
        "goal": _ITEM["goal"],
        "critical": "What keeps people from coming in",
        "questions": [
            {"text": "How often do you come in?", "type": "Options", "options": ["Daily", "Weekly", "Hardly ever"]}
        ],
    },
    "PatchSessionBody": {"topic": "Our office in 2027", "critical": None, "is_public": True},
    "JoinBody": {
        "participant_id": "ada",
        "participant_name": "Ada",
        "answers": [{"question_id": _QUESTION, "answer": "Weekly"}],
    },
    "ChatBody": {
        "participant_id": "ada",
        "participant_name": "Ada",
        "message_id": "1",
        "content": "It is too loud to concentrate.",
    },
    "ResponseBody": {"content": "Quiet rooms would help."},
    "ScratchpadBody": {"mode": "update"},
    "IncludedBody": {"included": False},
    "GroupBody": {"group_id": "-1001234567890", "group_name": "Office"},
    "UserInfo": {
        "id": _USER,
        "email": "ana@example.com",
        "name": "Ana",
        "subscription_status": "FREE",
        "api_key": {
            "name": "laptop",
            "key_prefix": "hm_live_0f3a",
            "created_at": _CREATED,
            "last_used_at": _UPDATED,
        },
    },
    "SessionCreated": {**_ITEM, "participant_count": 0, "updated_at": _CREATED, "join_url": _JOIN_URL},
    "SessionList": {"data": [_ITEM], "pagination": _PAGINATION},
    "PublicSessionList": {"data": [{**_ITEM, "join_url": _JOIN_URL}], "pagination": _PAGINATION},
    "Session": {
        **_ITEM,
        "critical": "What keeps people from coming in",
        "context": None,
        "prompt": None,
        "summary": _SUMMARY,
        "session_md": None,
        "join_url": _JOIN_URL,
        "results_url": f"https://harmonica.example.com/results?s={_SESSION}&k=user.{_USER}.20543.{'x' * 43}",
        "questions": _QUESTIONS,
        "cross_pollination": False,
        "widgets_enabled": False,
        "results_visibility": "host",
        "is_public": False,
        "distribution": [],
        "prompt_status": "writing",
        "summary_prompt": None,
        "summary_status": "current",
        "template_id": None,
        "welcome_message": None,
        "meta_description": None,
        "prompt_summary": None,
        "prompt_generated_from": None,
        "language": None,
        "time_zone": "UTC",
        "duration_minutes": 10,
        "closes_at": None,
        "anonymous": False,
        "max_participants": None,
        "completed_count": 1,
        "reminders": {"enabled": False, "after_hours": [], "text": None},
        "usage": {"turns": 4, "input_tokens": 5120, "cached_tokens": 3072, "output_tokens": 410},
        "is_example": False,
    },
    "PromptProposal": _PROPOSAL,
    "TemplateList": {"data": [_TEMPLATE]},
    "TemplateData": {"data": _TEMPLATE},
    "QuestionList": {"data": _QUESTIONS},
    "Participant": _PERSON,
    "ParticipantList": {"data": [_PERSON]},
    "Response": {
        "id": "e4a1b2c3-5d6e-4f70-8a9b-0c1d2e3f4a5b",
        "session_id": _SESSION,
        "content": "Quiet rooms would help.",
        "created_at": _UPDATED,
    },
    "Summary": {
        "session_id": _SESSION,
        "summary": _SUMMARY,
        "generated_at": _UPDATED,
        "status": "current",
        "themes": [
            {
                "id": "t1",
                "label": "Noise",
                "statement": "Noise keeps people from coming in.",
                "participants": 2,
                "stances": {"for": 0, "against": 2, "mixed": 0, "neutral": 0},
                "quotes": [_QUOTE],
            }
        ],
        "quotes": [_QUOTE],
    },
    "ScratchpadProgress": {
        "status": "completed",
        "themes": 1,
        "participants": 4,
        "batches_processed": 1,
        "batches_total": 1,
    },
    "Scratchpad": {
        "session_id": _SESSION,
        "themes": [{"id": "t1", **_NOISE, "description": "How loud the open space is.", "evidence": [_THREAD]}],
        "consensus": [{"theme_id": "t1", **_NOISE}],
        "tensions": [],
        "covered_questions": [{"question": "What keeps you from coming in?", "participants": 4}],
        "themes_total": 1,
        "participants": 4,
        "updated_at": _UPDATED,
    },
    "ChatResponse": {
        "message": {"role": "assistant", "content": "When is it worst?", "is_final": False},
        "thread_id": _THREAD,
    },
    "TelegramGroup": _GROUP,
    "TelegramGroupList": {"data": [_GROUP]},
    "TelegramLink": {
        "code": "K7Q2M9XA",
        "url": "https://t.me/harmonica_bot?startgroup=K7Q2M9XA",
        "expires_at": _UPDATED,
    },
    "ErrorEnvelope": {"error": {"code": "validation_error", "message": "topic is required"}},
}
