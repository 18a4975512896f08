"""Anthropic's models on Amazon Bedrock, by its endpoint for the Messages API: the SDK's own client, with the function's role instead of
a key.

The SDK's way to sign wants boto3, which is no library of the functions, so that botocore signs. Strict tools are not sent: Bedrock
takes them of some models only, and a refused request costs a second one.
"""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from chalicelib.llm import messages_api
from chalicelib.llm.exchange import Question
from chalicelib.llm.providers.anthropic import AnthropicProvider, http_client
from chalicelib.settings import BEDROCK_SERVER, SettingMissing

if TYPE_CHECKING:
    from anthropic import AnthropicBedrockMantle
    from httpx2 import Request, Response

SERVICE: Final = "bedrock-mantle"
VENDOR: Final = "anthropic."  # in front of a model's name there


class BedrockProvider(AnthropicProvider):
    """Bedrock in one region, the process's own where none is named. `base_url` is another endpoint than that region's."""

    def __init__(self, base_url: str, region: str) -> None:
        super().__init__(base_url, str)
        self._region = region

    def is_plain(self, question: Question) -> bool:
        return messages_api.is_plain(question, strict=False)

    def _body(self, question: Question) -> dict[str, Any]:
        body = messages_api.render_body(question, strict=False)
        return {**body, "model": _name_there(question.model)}

    def _client(self) -> "AnthropicBedrockMantle":
        from anthropic import AnthropicBedrockMantle

        session = botocore.session.get_session()
        region = self._region or session.get_config_variable("region")
        credentials = session.get_credentials()  # which renews them by itself
        if not region or credentials is None:
            raise SettingMissing("there is no role, or no region, to ask Bedrock with")
        base_url = self._base_url or f"https://{BEDROCK_SERVER.format(region=region)}/anthropic"
        return AnthropicBedrockMantle(
            base_url=base_url,
            aws_region=region,
            skip_auth=True,
            max_retries=0,
            http_client=http_client(_signing(credentials, region)),
        )


def _name_there(model: str) -> str:
    return f"{VENDOR}{model}" if model.startswith("claude-") else model


def _signing(credentials: Credentials, region: str) -> Any:
    """What signs each request as it is sent, with the credentials as they are then."""
    from httpx2 import Auth

    class Signature(Auth):
        requires_request_body = True

        def auth_flow(self, request: "Request") -> Generator["Request", "Response", None]:
            told = {"content-type": "application/json", "host": request.url.netloc.decode()}
            signed = AWSRequest(request.method, str(request.url), headers=told, data=request.content)
            # As they are at one moment: a renewal in between would sign with one half of the old ones.
            SigV4Auth(credentials.get_frozen_credentials(), SERVICE, region).add_auth(signed)
            request.headers.update({name: value for name, value in signed.headers.items() if name != "host"})
            yield request

    return Signature()
