"""Names of tables, of the attributes of keys, and of indexes; the data stack's template imports them."""

ACCOUNTS, SESSIONS, CONVERSATIONS = "accounts", "sessions", "conversations"
GUARDS, TELEGRAM, PROJECTS = "guards", "telegram", "projects"
GUARD_ID, EXPIRES_AT = "id", "expires_at"
FORGET_AT = "forget_at"  # of accounts, in which the end of a key is called `expires_at`
PK, SK = "pk", "sk"
SESSION_ID, PART, PROJECT_ID = "session_id", "part", "project_id"
USER_ID, CREATED_AT, UPDATED_AT = "user_id", "created_at", "updated_at"
MEMBER_ID, FEED, GROUP_ID = "member_id", "feed", "group_id"
DUE_KIND, DUE_AT = "due_kind", "due_at"
PROMPT_WANTED_AT, WANTED_AT = "prompt_wanted_at", "wanted_at"
BY_USER, BY_MEMBER, PUBLIC_FEED, DUE = "by_user", "by_member", "public_feed", "due"
BY_GROUP = "by_group"
