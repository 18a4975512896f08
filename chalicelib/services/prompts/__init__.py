"""The prompts: one `.md` file each, read once, filled by one function each in the package that uses it."""

from functools import cache
from pathlib import Path
from string import Template


@cache
def _template(name: str) -> Template:
    return Template(Path(__file__).with_name(f"{name}.md").read_text(encoding="utf-8").strip())


def fill(name: str, **values: str) -> str:
    """The prompt `<name>.md` with its placeholders filled; a missing or an unknown value is an error.

    Values go in once and are not looked into again, so a `$` that somebody wrote stays a `$`.
    """
    template = _template(name)
    if unknown := values.keys() - set(template.get_identifiers()):
        raise KeyError(f"{name}.md has no place for {', '.join(sorted(unknown))}")
    return template.substitute(values)
