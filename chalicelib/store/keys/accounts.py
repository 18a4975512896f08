"""Keys of items in `accounts`."""

import hashlib

USERS, EMAILS, API_KEYS, LOGINS, IDENTITIES = "user#", "email#", "key#", "login#", "identity#"
OWN_MODELS = "models#"
NOTIFICATIONS = "notifications#"
HARMONICA_MDS, ACCOUNT_EXPORTS = "harmonica_md#", "account_export#"
TEMPLATES, TEMPLATE_LISTS = "template#", "templates#"
PROJECT_TEMPLATES, PROJECT_TEMPLATE_LIST = "project_template#", "templates"
PROJECT_ROLES = "projects#"
SUPPRESSED = "suppressed#"
RECEIPTS = "receipt#"


def user(user_id: str) -> str:
    """`user#<id>`."""
    return f"{USERS}{user_id}"


def email(address: str) -> str:
    """`email#<address, casefolded>`: one user an address."""
    return f"{EMAILS}{address.strip().casefold()}"


def api_key(secret: str) -> str:
    """`key#<sha256 of the whole key>`: the key itself is never stored."""
    return api_key_of(hashlib.sha256(secret.encode()).hexdigest())


def api_key_of(identifier: str) -> str:
    """`key#<id>`."""
    return f"{API_KEYS}{identifier}"


def login(secret: str) -> str:
    """`login#<sha256 of the cookie's secret>`: the secret itself is never stored."""
    return login_of(hashlib.sha256(secret.encode()).hexdigest())


def login_of(login_id: str) -> str:
    """`login#<id>`."""
    return f"{LOGINS}{login_id}"


def identity(issuer: str, subject: str) -> str:
    """`identity#<sha256 of issuer and subject>`: either may be of any length."""
    return f"{IDENTITIES}{hashlib.sha256(f'{issuer} {subject}'.encode()).hexdigest()}"


def own_models(user_id: str) -> str:
    """`models#<user_id>`: keys for servers of models, and which model does what."""
    return f"{OWN_MODELS}{user_id}"


def notifications(user_id: str) -> str:
    """`notifications#<user_id>`: what a host is told of, all of it."""
    return f"{NOTIFICATIONS}{user_id}"


def harmonica_md(user_id: str) -> str:
    """`harmonica_md#<user_id>`: HARMONICA.md of an account."""
    return f"{HARMONICA_MDS}{user_id}"


def account_export(user_id: str) -> str:
    """`account_export#<user_id>`: the export of all that an account has."""
    return f"{ACCOUNT_EXPORTS}{user_id}"


def receipt(code_hash: str) -> str:
    """`receipt#<sha256 of the code>`: the code itself is never stored."""
    return f"{RECEIPTS}{code_hash}"


def template(template_id: str) -> str:
    """`template#<id>`."""
    return f"{TEMPLATES}{template_id}"


def project_template(template_id: str) -> str:
    """`project_template#<id>`: one that belongs to a project."""
    return f"{PROJECT_TEMPLATES}{template_id}"


def template_list(user_id: str) -> str:
    """`templates#<user_id>`: which templates an account has, and how large each is."""
    return f"{TEMPLATE_LISTS}{user_id}"


def suppressed(address_hash: str) -> str:
    """`suppressed#<hash of an address>`: the address itself is never stored."""
    return f"{SUPPRESSED}{address_hash}"


def project_roles(user_id: str) -> str:
    """`projects#<user_id>`: the roles of a user in projects."""
    return f"{PROJECT_ROLES}{user_id}"
