"""A session whose clients answer what a test says, and a stage on it."""

from functools import cached_property
from typing import Any

import boto3
from botocore.stub import Stubber

from infra.aws import Stack
from infra.checks import Finding
from infra.checks.stage import Stage

REGION, ACCOUNT = "eu-central-1", "123456789012"


class Session:
    """Each client is asked for what was announced, in that order, and nothing else."""

    region_name = REGION

    def __init__(self) -> None:
        self._clients: dict[str, Any] = {}

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session("test", "test", region_name=REGION)

    def client(self, name: str) -> Any:
        """The one client of a service."""
        self.stub(name)
        return self._clients[name]

    def stub(self, name: str) -> Stubber:
        """Where the answers of a service are announced."""
        if name not in self._clients:
            client: Any = self._session.client(name)  # type: ignore[call-overload]
            client.stubber = Stubber(client)
            client.stubber.activate()
            self._clients[name] = client
        return self._clients[name].stubber  # type: ignore[no-any-return]

    def answers(
        self, service: str, operation: str, answer: dict[str, Any], asked: dict[str, Any] | None = None
    ) -> None:
        """Announce an answer."""
        self.stub(service).add_response(operation, answer, asked)

    def refuses(self, service: str, operation: str, code: str, status: int = 400) -> None:
        """Announce a refusal."""
        self.stub(service).add_client_error(operation, code, http_status_code=status)

    def all_asked(self) -> bool:
        """Whether everything that was announced was asked for."""
        for client in self._clients.values():
            client.stubber.assert_no_pending_responses()
        return True


def stack(name: str = "harmonica-prod", status: str = "UPDATE_COMPLETE", **more: Any) -> Stack:
    """A stack as CloudFormation tells of it."""
    told = {"reason": "", "is_protected": True, "parameters": {}, "outputs": {}, **more}
    return Stack(name=name, id=f"arn:{name}", status=status, **told)


def stage(
    session: Session, *, name: str = "prod", deployed: bool = True, outputs: Any = None, **parameters: str
) -> Stage:
    """A stage with these parameters."""
    application = stack(outputs=outputs or {}) if deployed else None
    data = stack("harmonica-prod-data") if deployed else None
    return Stage(name, session, ACCOUNT, application, data, parameters)


def told(findings: list[Finding]) -> list[tuple[str, str]]:
    """Level and text."""
    return [(finding.level, finding.text) for finding in findings]
