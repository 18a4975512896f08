"""Templates that hosts make: who may have which, and what one can be.

One belongs to an account, or to a project: then its members may read it and start sessions from it, and its admins change it. It goes
with the project, whoever made it.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Unprocessable
from chalicelib.model import Role, SessionTemplate
from chalicelib.model.sessions import is_at_least
from chalicelib.model.templates import ChainConfig, OwnTemplate, Provenance, TemplateView
from chalicelib.retry import Retry
from chalicelib.services.projects.editing import FORBIDDEN as NOT_IN_PROJECT
from chalicelib.services.sessions.creation import NewQuestion, check_questions
from chalicelib.services.templates import Template, find_template
from chalicelib.store.projects import Projects
from chalicelib.store.summaries import later
from chalicelib.store.templates import ProjectGone, Templates, TooMany, size_of

MOST = 200  # of an account, or of a project; a list has as many of projects at most
MOST_BYTES = 2_000_000  # of all of them together: they are listed in one answer
TEMPLATE_BYTES = 380_000  # of JSON: a template is one item
MOST_PUBLIC = 100  # of other hosts', in a list
_ID_LENGTH = 36  # of a UUID; a key has to be short, and clients may name anything
_NOT_YOURS = "You don't have access to this template"
_BUILT_IN = "A built-in template cannot be changed"
_RETRY = Retry(tries=8)


class TemplateDeps(Struct, frozen=True):
    """What these rules need. `shared` says whether hosts find the public templates of others."""

    templates: Templates
    projects: Projects
    clock: Clock
    shared: bool


class HostTemplates(Struct, frozen=True):
    """The templates of a host's own and those of their projects, archived ones among them, each by title; and their role in each
    project."""

    own: list[OwnTemplate]
    of_projects: list[OwnTemplate]
    roles: dict[str, Role]


class Source(Struct, frozen=True):
    """Where a template is installed from."""

    spec_id: str
    spec_version: str
    registry: str


def read_templates(user_id: str, *, deps: TemplateDeps) -> HostTemplates:
    """Returns the templates of a host: their own, and those of all projects in which they have a role."""
    roles = deps.projects.roles_of(user_id)
    of_projects = deps.templates.of_projects(sorted(roles)) if roles else []
    return HostTemplates(_by_title(deps.templates.of_user(user_id)), _by_title(of_projects), roles)


def list_templates(
    user_id: str, *, archived: bool, deps: TemplateDeps, project_id: str | None = None
) -> list[OwnTemplate]:
    """Returns a host's own templates, those of their projects, and then the public ones of others where hosts find those; or those of one
    project; or, of any of these, those that are archived. Raises NotFound, Forbidden for a project that is not theirs."""
    if project_id:
        if not is_at_least(deps.projects.view(project_id, user_id).role, "viewer"):
            raise Forbidden(NOT_IN_PROJECT)
        return _of(archived, _by_title(deps.templates.of_projects([project_id])))
    found = read_templates(user_id, deps=deps)
    listed = _of(archived, [*found.own, *found.of_projects])
    return listed if archived else [*listed, *find_public(user_id, found, deps=deps)]


def find_public(user_id: str, found: HostTemplates, *, deps: TemplateDeps) -> list[OwnTemplate]:
    """Returns the public templates of others, where hosts find these, but for those that are found already."""
    if not deps.shared:
        return []
    left, public, known = MOST_BYTES, list[OwnTemplate](), {it.id for it in found.of_projects}
    for it in deps.templates.public(MOST_PUBLIC):
        left -= size_of(it)
        is_own = it.owner_id == user_id and not it.project_id
        if left > 0 and not is_own and it.id not in known:
            public.append(it)
    return public


def _of(archived: bool, found: list[OwnTemplate]) -> list[OwnTemplate]:
    return [it for it in found if bool(it.archived_at) == archived]


def _by_title(found: list[OwnTemplate]) -> list[OwnTemplate]:
    return sorted(found, key=lambda it: (it.title.casefold(), it.id))


def find_readable(named: str, user_id: str, *, deps: TemplateDeps) -> Template | OwnTemplate:
    """Returns the template of this id or slug. Raises NotFound, Forbidden for another host's that this one may not read."""
    if built_in := find_template(named):
        return built_in
    view = _find(named, user_id, deps)
    if not view.role and not _is_offered(view.template, deps):
        raise Forbidden(_NOT_YOURS)
    return view.template


def may_be_own(named: str | None) -> bool:
    """Returns whether this may be the id of a template that a host made, which only a read can tell."""
    return named is not None and len(named) == _ID_LENGTH and not find_template(named)


def choose_template(named: str, user_id: str, *, deps: TemplateDeps) -> Template | OwnTemplate:
    """Returns the template that a host starts a session from. Raises Invalid where there is none that they may read: whether there is
    one of somebody else's is not told."""
    try:
        return find_readable(named, user_id, deps=deps)
    except (NotFound, Forbidden) as error:
        raise Invalid(f"template_id {named!r} does not exist") from error


def kept_of(chosen: Template | OwnTemplate | None) -> SessionTemplate | None:
    """Returns what a session keeps of the template that it starts from: nothing of a built-in one, which stays."""
    return chosen.kept if isinstance(chosen, OwnTemplate) else None


def require_changeable(named: str, user_id: str, *, deps: TemplateDeps) -> OwnTemplate:
    """Returns a template that this host may change: their own, or one of a project in which they are an admin. Raises NotFound,
    Forbidden."""
    if find_template(named):
        raise Forbidden(_BUILT_IN)
    view = _find(named, user_id, deps)
    if not is_at_least(view.role, "admin"):
        raise Forbidden(_NOT_YOURS)
    return view.template


def create_template(
    values: Mapping[str, Any], source: Source | None, *, new_id: str, user_id: str, now: datetime, deps: TemplateDeps
) -> OwnTemplate:
    """Stores a new template of this host's, or of a project in which they are an admin. Raises Invalid, Forbidden, Unprocessable where
    there are too many."""
    if values.get("project_id"):
        _require_admin(values["project_id"], user_id, deps)
    made = OwnTemplate(new_id, user_id, created_at=now, updated_at=now, **values)
    if source:
        made = replace(made, source_provenance=_provenance(source, made, user_id, now))
    _check(made)
    try:
        deps.templates.add(made)
    except TooMany as error:
        raise _too_many(made) from error
    except ProjectGone as error:
        raise _no_project(made.project_id) from error
    return deps.templates.get(new_id) or made


def edit_template(
    template_id: str,
    values: Mapping[str, Any],
    source: Source | None,
    *,
    force: bool,
    user_id: str,
    deps: TemplateDeps,
    unchanged_since: datetime | None = None,
) -> OwnTemplate:
    """Changes a template that this host may change; with a `source` it is installed once more, with another `project_id` it is that
    project's then, and with none the host's own.

    Raises NotFound, Forbidden, Invalid, also where it is installed over edits without `force`, Unprocessable where the templates of
    whoever has it are too large together, Conflict where somebody has changed it after `unchanged_since`.
    """
    for _ in _RETRY.attempts(deps.clock):
        before = require_changeable(template_id, user_id, deps=deps)
        if unchanged_since is not None and before.updated_at > unchanged_since:
            raise Conflict("unchanged_since: this template was changed since; read it again")
        if source and not force and _is_edited(before):
            raise Invalid("force is required: this template was edited here since it was installed")
        now = later(deps.clock.now(), before.updated_at)
        after = replace(before, **values, updated_at=now)
        if after.project_id != before.project_id:
            after = _handed_over(after, user_id, deps)
        if source:
            after = replace(after, source_provenance=_provenance(source, after, user_id, now))
        _check(after)
        try:
            if deps.templates.change(before, after):
                return after
        except TooMany as error:
            raise _too_many(after) from error
        except ProjectGone as error:
            raise _no_project(after.project_id) from error
    raise Conflict("This template is being changed elsewhere right now; try again")


def remove_template(template_id: str, user_id: str, *, deps: TemplateDeps) -> None:
    """Removes a template that this host may change for good; sessions that started from it keep what they took. Raises NotFound,
    Forbidden."""
    if not deps.templates.remove(require_changeable(template_id, user_id, deps=deps)):
        raise NotFound("Template not found")


def hash_of(chain: ChainConfig | None) -> str:
    """Returns the SHA-256 of the canonical JSON of a chain: keys in order, no white space."""
    return hashlib.sha256(msgspec.json.encode(chain, order="sorted")).hexdigest()


def _find(named: str, user_id: str, deps: TemplateDeps) -> TemplateView:
    found = deps.templates.view(named.lower(), user_id) if may_be_own(named) else None
    if found is None:
        raise NotFound("Template not found")
    return found


def _is_offered(template: OwnTemplate, deps: TemplateDeps) -> bool:
    return template.is_public and not template.archived_at and deps.shared


def _handed_over(template: OwnTemplate, user_id: str, deps: TemplateDeps) -> OwnTemplate:
    """A template as it is stored where it comes into another project, or becomes this host's own."""
    if template.project_id is None:
        return replace(template, owner_id=user_id)
    _require_admin(template.project_id, user_id, deps)
    return template


def _require_admin(project_id: str, user_id: str, deps: TemplateDeps) -> None:
    try:
        view = deps.projects.view(project_id, user_id)
    except NotFound as error:
        raise _no_project(project_id) from error
    if not is_at_least(view.role, "admin"):
        raise Forbidden(NOT_IN_PROJECT)


def _no_project(project_id: str | None) -> Refused:
    return Refused("project_gone", f"workspace_id {project_id!r} does not exist")


def _is_edited(template: OwnTemplate) -> bool:
    installed = template.source_provenance
    return installed is not None and installed.install_hash != hash_of(template.chain_config)


def _provenance(source: Source, template: OwnTemplate, user_id: str, now: datetime) -> Provenance:
    named = source.spec_id, source.spec_version, source.registry
    return Provenance(*named, hash_of(template.chain_config), now, user_id)


def _check(template: OwnTemplate) -> None:
    """Raises Invalid for a template whose parts do not go together, or that is larger than one item can hold."""
    if template.template_type == "chain" and template.chain_config is None:
        raise Invalid("chain_config is required for a template of type chain")
    if template.template_type == "single" and template.chain_config is not None:
        raise Invalid("chain_config is for templates of type chain")
    if template.chain_config:
        _check_chain(template.chain_config)
    keys = [it.key for it in template.fields]
    if twice := next((position for position, key in enumerate(keys) if key in keys[:position]), None):
        raise Invalid(f"fields[{twice}].key {keys[twice]!r} comes twice")
    check_questions(msgspec.convert(msgspec.to_builtins(template.questions or ()), tuple[NewQuestion, ...]))
    if size_of(template) > TEMPLATE_BYTES:
        raise Invalid(f"A template must be at most {TEMPLATE_BYTES:,} bytes of JSON in all")


def _check_chain(chain: ChainConfig) -> None:
    """Raises Invalid where two steps have one id, or a role is not the same one everywhere."""
    steps: set[str] = set()
    roles: dict[str, str] = {}
    for number, step in enumerate(chain.steps):
        here = f"chain_config.steps[{number}]"
        if step.id in steps:
            raise Invalid(f"{here}.id {step.id!r} comes twice")
        steps.add(step.id)
        if step.completion_criteria and (step.completion_criteria.type == "quorum") != bool(
            step.completion_criteria.count
        ):
            raise Invalid(f"{here}.completion_criteria.count is required for quorum, and for nothing else")
        of_step = [role.slug for role in step.roles or ()]
        for position, role in enumerate(step.roles or ()):
            if role.slug in of_step[:position]:
                raise Invalid(f"{here}.roles[{position}].slug {role.slug!r} comes twice")
            if roles.setdefault(role.slug, role.label) != role.label:
                raise Invalid(f"{here}.roles[{position}].slug {role.slug!r} is known under another label")


def _too_many(template: OwnTemplate) -> Unprocessable:
    who = "A project" if template.project_id else "You"
    return Unprocessable(
        f"{who} may have at most {MOST} templates, of {MOST_BYTES:,} bytes of JSON together: delete one to add more"
    )
