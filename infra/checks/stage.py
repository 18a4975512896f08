"""A stage as its checks see it: where it is, what it was told, and what its stacks are."""

import os
from typing import Any

from msgspec import Struct

from chalicelib.settings import PARAMETERS
from infra.aws import Stack, account_of, application_stack_name, data_stack_name, find_stack, is_local
from infra.deployment.stacks import CLEARED
from infra.deployment.states import NEXT
from infra.parameters import parameter_of, parameters


class Stage(Struct, frozen=True):
    """One stage, deployed or about to be."""

    name: str
    session: Any
    account: str
    application: Stack | None
    data: Stack | None
    parameters: dict[str, str]

    @property
    def is_local(self) -> bool:
        """Whether it runs on the local cloud."""
        return is_local(self.session)

    @property
    def outputs(self) -> dict[str, str]:
        """What both stacks tell of themselves; empty before the first deployment."""
        return (self.data.outputs if self.data else {}) | (self.application.outputs if self.application else {})

    def setting(self, name: str) -> str:
        """The value of a setting, as the functions have it."""
        return self.parameters.get(parameter_of(name), "")

    def activate(self) -> None:
        """Have the application's code in this process find the settings that the functions have. To be called before anything
        reads them."""
        os.environ |= {name.upper(): self.setting(name) for name in PARAMETERS}
        os.environ["PUBLIC_URL"] = self.setting("public_url") or self.outputs.get("ApiUrl", "")


def open_stage(session: Any, name: str, given: dict[str, str]) -> Stage:
    """The stage of this name with what it was told, and with what is given to the next deployment."""
    cloudformation = session.client("cloudformation")
    application = find_stack(cloudformation, application_stack_name(name))
    data = find_stack(cloudformation, data_stack_name(name))
    defaults = {parameter: str(row["Default"]) for parameter, row in parameters().items() if "Default" in row}
    keeps = application is not None and NEXT.get(application.status) not in (
        "create",
        "recreate",
    )  # else it is made anew
    told = application.parameters if application and keeps else {}
    now = {it: defaults.get(it, "") if value == CLEARED else value for it, value in given.items()}
    return Stage(name, session, account_of(session), application, data, defaults | told | now)
