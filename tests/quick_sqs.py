"""Requests to the in-memory SQS without HTTP: botocore checks the parameters, and moto's handler is called with a copy of them."""

import marshal
from typing import Any

from botocore.client import BaseClient
from botocore.validate import ParamValidator
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sqs.responses import SQSResponse

OPERATIONS = {
    "GetQueueAttributes": SQSResponse.get_queue_attributes,
    "SendMessage": SQSResponse.send_message,
    "SendMessageBatch": SQSResponse.send_message_batch,
}
_validator = ParamValidator()


def answer(client: BaseClient, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What moto answers. Raises what moto raises, or LookupError for parameters that botocore would not send."""
    shape = client.meta.service_model.operation_model(operation).input_shape
    if shape is None or _validator.validate(arguments, shape).has_errors():
        raise LookupError(operation)
    handler = SQSResponse()
    handler.params = marshal.loads(marshal.dumps(arguments))
    handler.uri_match = {}
    handler.current_account, handler.region = DEFAULT_ACCOUNT_ID, client.meta.region_name
    result: dict[str, Any] = dict(OPERATIONS[operation](handler).result)
    return result
