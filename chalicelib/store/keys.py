"""Keys and access patterns: the only place that knows how items are named.

| who asks | reads | how |
| --- | --- | --- |
| every API request | the key: count and touch it | UpdateItem accounts `key#<sha256>` |
| GET /me | the user | GetItem accounts `user#<id>` |
| create a user | the e-mail address is free | transaction on accounts `user#`, `email#` |
| create a session | – | one transaction: session, context, questions, prompts, tallies, member, synthesis |
| a session's pages and API | its parts | one BatchGetItem on sessions |
| one chat turn | session parts, thread head and form | one BatchGetItem over sessions and conversations |
| one chat turn | the thread's last messages | Query conversations `message#<thread>#`, newest first |
| responses | forms, messages, heads | Query conversations between `form#` and the end of `thread#` |
| summary job | all heads; a thread's new messages; all digests | one Query each by prefix |
| host lists sessions | cards of a member | `by_member` |
| public listing | cards | `public_feed` |
| the sweep | what became due and was missed | `due` of sessions and of conversations, eight shards each |
| keys of a user | – | `by_user` |

Prefixes sort so that one range holds exactly what an export needs: `digest#` < `form#` < `message#` < `thread#`.
"""

import hashlib

# Attribute names of keys and indexes; the data stack's template imports them.
ACCOUNTS, SESSIONS, CONVERSATIONS = "accounts", "sessions", "conversations"
PK = "pk"
SESSION_ID, PART = "session_id", "part"
USER_ID, CREATED_AT, UPDATED_AT = "user_id", "created_at", "updated_at"
MEMBER_ID, FEED = "member_id", "feed"
DUE_KIND, DUE_AT = "due_kind", "due_at"
BY_USER, BY_MEMBER, PUBLIC_FEED, DUE = "by_user", "by_member", "public_feed", "due"

SESSION, CONTEXT, QUESTIONS = "session", "context", "questions"
PROMPT_CURRENT = "prompt#current"
SYNTHESIS, SUMMARY, BRIEF = "synthesis", "summary", "brief"
SUMMARY_PROMPT = "summary_prompt"
FEED_PART = "feed"

DIGESTS, FORMS, MESSAGES, THREADS = "digest#", "form#", "message#", "thread#"
AFTER_THREADS = "thread$"  # the character after '#': the first key behind every thread

TALLY_SHARDS = 8
DUE_SHARDS = 8


def user(user_id: str) -> str:
    """`user#<id>`."""
    return f"user#{user_id}"


def email(address: str) -> str:
    """`email#<address, casefolded>`: one user an address."""
    return f"email#{address.strip().casefold()}"


def api_key(secret: str) -> str:
    """`key#<sha256 of the whole key>`: the key itself is never stored."""
    return f"key#{hashlib.sha256(secret.encode()).hexdigest()}"


def prompt(version: int) -> str:
    """`prompt#<n>`, n zero-padded."""
    return f"prompt#{version:06d}"


def tally(shard: int) -> str:
    """`tally#<shard>`."""
    return f"tally#{shard}"


def tallies() -> list[str]:
    """All shards."""
    return [tally(shard) for shard in range(TALLY_SHARDS)]


def shard_of(identifier: str, shards: int) -> int:
    """The shard of an id: even over UUIDs and the same in every process."""
    return int.from_bytes(hashlib.sha256(identifier.encode()).digest()[:4], "big") % shards


def tally_of(thread_id: str) -> str:
    """The tally shard that counts this thread."""
    return tally(shard_of(thread_id, TALLY_SHARDS))


def member(user_id: str) -> str:
    """`member#<user_id>`."""
    return f"member#{user_id}"


def due(kind: str, session_id: str) -> str:
    """`<kind>#<shard>`: the hash key of a `due` index."""
    return f"{kind}#{shard_of(session_id, DUE_SHARDS)}"


def dues(kind: str) -> list[str]:
    """All shards of a kind of due work."""
    return [f"{kind}#{shard}" for shard in range(DUE_SHARDS)]


def thread(thread_id: str) -> str:
    """`thread#<t>`."""
    return f"{THREADS}{thread_id}"


def thread_of(part: str) -> str:
    """The thread id inside a conversations key."""
    return part.split("#")[1]


def form(thread_id: str) -> str:
    """`form#<t>`."""
    return f"{FORMS}{thread_id}"


def message(thread_id: str, sequence: int) -> str:
    """`message#<t>#<000001>`."""
    return f"{messages(thread_id)}{sequence:06d}"


def messages(thread_id: str) -> str:
    """The prefix of a thread's messages."""
    return f"{MESSAGES}{thread_id}#"


def digest(thread_id: str) -> str:
    """`digest#<t>`."""
    return f"{DIGESTS}{thread_id}"
