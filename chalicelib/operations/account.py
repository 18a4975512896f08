"""One's own account."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Conflict, Invalid
from chalicelib.model import ApiKey as UsedKey
from chalicelib.model import Profile
from chalicelib.operations.fields import Count, Moment, Time, Uuid, moment, moment_or_null
from chalicelib.operations.operation import Call, Changes, Done, Input, Nothing, Operation, Output
from chalicelib.services.accounts.logins import ProofTooOld, require_fresh
from chalicelib.services.accounts.profile import HARMONICA_MD_CHARACTERS, changed_at, edit_profile, read_changes
from chalicelib.services.notifications.digests import choose_digest, require_mail
from chalicelib.text.language import DEFAULT

NAME_LIMIT = 255
Locale = Annotated[
    Literal["en", "de", "es", "fr", "ar", "zh-Hans", "zh-Hant"],
    Meta(description="The language of the pages and mails for this user; null: the browser's.", examples=["de"]),
]
Zone = Annotated[
    str,
    Meta(
        max_length=64,
        description="The zone of times on the user's pages, and of new sessions that name none, by its name in the IANA "
        "database; null: UTC.",
        examples=["Europe/Berlin"],
    ),
]
UserName = Annotated[str, Meta(max_length=NAME_LIMIT, description="The user's name.", examples=["Ana"])]
HarmonicaMd = Annotated[
    str,
    Meta(
        max_length=HARMONICA_MD_CHARACTERS,
        description="HARMONICA.md: who the user's organisation is, what it does and how it works, in markdown. It is part of the "
        "prompts of sessions that the user creates from then on.",
        examples=["# Who we are\n\nA school kitchen for 300 children."],
    ),
]

DigestWanted = Annotated[
    bool,
    Meta(
        description="Whether the user gets a mail in the morning of what happened and they have not read, as `PUT /notifications/digest` "
        "switches it. It is in the language of the account, else in English.",
        examples=[False],
    ),
]


class ApiKey(Output):
    """The key in use; never the key itself."""

    name: Annotated[str | None, Meta(description="What its owner calls it.", examples=["laptop"])]
    key_prefix: Annotated[
        str, Meta(pattern="^hm_live_[0-9a-f]{4}$", description="How it begins.", examples=["hm_live_0f3a"])
    ]
    created_at: Annotated[Time, Meta(description="When it was made.")]
    last_used_at: Annotated[Time | None, Meta(description="When it was used before this request.")]


class UserInfo(Output):
    """The user and the key in use."""

    id: Annotated[Uuid, Meta(description="The user's id.", examples=["0c9d8e7f-1a2b-4c3d-9e4f-5a6b7c8d9e0f"])]
    email: Annotated[str, Meta(description="The user's address.", examples=["ana@example.com"])]
    name: UserName | None
    locale: Locale | None
    time_zone: Zone | None
    harmonica_md: HarmonicaMd | None
    digest: DigestWanted
    updated_at: Annotated[
        Time, Meta(description="When any of name, locale, time_zone and harmonica_md was last changed.")
    ]
    subscription_status: Annotated[Literal["FREE", "PRO", "ENTERPRISE"], Meta(description="The user's plan.")]
    api_key: Annotated[ApiKey | None, Meta(description="The key in use; null for a signed-in browser.")]


class EditMe(Changes):
    """What is to change of the account: what is absent stays; null clears."""

    name: UserName | UnsetType | None = UNSET
    locale: Locale | UnsetType | None = UNSET
    time_zone: Zone | UnsetType | None = UNSET
    harmonica_md: HarmonicaMd | UnsetType | None = UNSET
    digest: DigestWanted | UnsetType = UNSET
    unchanged_since: (
        Annotated[
            Moment,
            Meta(
                description="The `updated_at` of the account that the changes were made from: where it was changed since, nothing is "
                "changed, and the answer is 409."
            ),
        ]
        | UnsetType
    ) = UNSET


class AccountDeletion(Output):
    """An account that is gone, and what it had is being removed."""

    asked_at: Annotated[Time, Meta(description="When it was deleted.")]
    in_backups_until: Annotated[
        Time, Meta(description="Until when at the latest the operator could bring any of it back from a backup.")
    ]


class ExportMe(Input):
    """Whether another export is wanted than the one that is there."""

    anew: Annotated[bool, Meta(description="Whether to make another one, although one is there.")] = False


class AccountExport(Output):
    """An export of all that the account has: as JSON, in one file or several."""

    status: Annotated[
        Literal["pending", "ready", "failed"],
        Meta(
            description="Whether it is being made, or there; `failed` where it came on no more for half an hour: ask for it again.",
            examples=["ready"],
        ),
    ]
    sessions: Annotated[
        Count, Meta(description="Of how many sessions there is something in it, as far as that is known.")
    ]
    sessions_done: Annotated[Count, Meta(description="How many of them are in it by now.")]
    urls: Annotated[
        list[str],
        Meta(
            description="Where to fetch the files, once all are there; for five minutes: ask again for others.",
            examples=[["https://exports.example.com/…"]],
        ),
    ]
    asked_at: Annotated[Time, Meta(description="When it was asked for.")]
    expires_at: Annotated[
        Time | None, Meta(description="When the files go: a day after they were made, or with the account.")
    ]


def get_me(call: Call, _: Nothing) -> UserInfo:
    """The user and the key in use."""
    return _shown(call, container.profiles().find(call.user_id))


class _Edit(Struct, frozen=True):
    """What is to change of an account, in the words of the rules; `digest` None stays as it is."""

    changes: dict[str, Any]
    digest: bool | None
    unchanged_since: datetime | None


def edit_me(call: Call, given: _Edit) -> UserInfo:
    """Change the account's name, language, zone, HARMONICA.md or digest; gives the account as it is then.

    Sessions keep the HARMONICA.md that they were created under.
    """
    profile = edit_profile(
        call.user_id, given.changes, unchanged_since=given.unchanged_since, deps=container.profile_deps()
    )
    if given.digest is not None and given.digest != profile.digest:
        language = (profile.user.locale or DEFAULT) if given.digest else None
        choose_digest(call.user_id, language, notifications=container.notifications())
        profile = replace(profile, digest=given.digest)
    return _shown(call, profile)


def _changes(_: Call, given: EditMe) -> _Edit:
    """Puts the input into the words of the rules. Raises Invalid where it names nothing that can be set."""
    allowed = [name for name in EditMe.__struct_fields__ if name != "unchanged_since"]
    changes = {name: getattr(given, name) for name in allowed if getattr(given, name) is not UNSET}
    if not changes:
        raise Invalid(f"No valid fields provided. Allowed fields: {', '.join(allowed)}")
    digest = changes.pop("digest", None)
    require_mail(bool(digest), "digest", has_mail=container.has_mail())
    return _Edit(read_changes(changes), digest, given.unchanged_since or None)


def _shown(call: Call, profile: Profile) -> UserInfo:
    user, used = profile.user, call.principal.means
    key = (
        ApiKey(used.name, used.prefix, moment(used.created_at), moment_or_null(used.last_used_at))
        if isinstance(used, UsedKey)
        else None
    )
    stored = {
        name: getattr(user, name) for name in ("id", "email", "name", "locale", "time_zone", "subscription_status")
    }
    return UserInfo(
        **stored,
        harmonica_md=profile.harmonica_md,
        digest=profile.digest,
        updated_at=moment(changed_at(user)),
        api_key=key,
    )


def export_me(call: Call, given: ExportMe) -> Done | AccountExport:
    """All that the account has, to take away. It takes a browser that signed in within the last ten minutes.

    That is the profile, HARMONICA.md, keys without their secrets, templates, the projects that the account owns with their members'
    roles and their templates, the sessions that it owns with everything in them, and what the user said in others. A job makes it: 202,
    and again until it is `ready`.
    """
    from chalicelib.services.accounts.export import ask_for_export, links_of

    login, deps = call.principal.require_login(), container.account_export_deps()
    require_fresh(login, call.now)
    found = ask_for_export(login.user_id, anew=given.anew, deps=deps)
    shown = AccountExport(
        "ready" if found.is_made else "failed" if found.is_lost(call.now) else "pending",
        found.sessions,
        found.done,
        links_of(login.user_id, found, deps=deps),
        moment(found.asked_at),
        moment_or_null(found.ends_at),
    )
    return shown if found.is_made else Done(shown, goes_on=True)


def delete_me(call: Call, _: Nothing) -> Done:
    """Delete the account. It takes a browser that signed in within the last ten minutes.

    All sign-ins and API keys end at once, and the address is free. Sessions that nobody else owns are deleted with everything in
    them, the others stay; what the user said in other people's sessions is removed, and so is all else that the account has.
    """
    from chalicelib.services.accounts.deletion import delete_account

    login = call.principal.require_login()
    require_fresh(login, call.now)
    record = delete_account(login.user_id, deps=container.account_deletion_deps())
    return Done(AccountDeletion(moment(record.asked_at), moment(record.in_backups_until)), goes_on=True)


OPERATIONS = (
    Operation(get_me, "user", Nothing, UserInfo, settled=False),
    Operation(edit_me, "user", EditMe, UserInfo, check=_changes, fails=(Conflict,)),
    Operation(export_me, "user", ExportMe, AccountExport, goes_on=True, fails=(ProofTooOld,), settled=False),
    Operation(delete_me, "user", Nothing, AccountDeletion, goes_on=True, fails=(ProofTooOld,)),
)
