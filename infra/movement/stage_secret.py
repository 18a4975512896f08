"""The deployment's secret, as an operator moves it: the application only ever reads it."""

import boto3

from chalicelib.secret_store import fetch_secret, read_secret


class StageSecret:
    """The secret of the stage that this process is pointed at."""

    def __init__(self, arn: str) -> None:
        self._arn = arn
        self.text = fetch_secret(arn)

    def replace(self, text: str) -> None:
        """Store another one. Functions that run have read the one before, and keep it until they start anew."""
        boto3.client("secretsmanager").put_secret_value(SecretId=self._arn, SecretString=text)
        read_secret.cache_clear()
        self.text = text
