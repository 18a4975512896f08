"""`make doctor`: whether a stage has what it needs, a sentence for each thing; exit code 1 where something does not work.

STAGE=prod looks at that stage in the AWS account of the shell, also before it is deployed, with the settings that the next
deployment would be given; without it this looks at the running local instance of LOCAL_DIR. Each tier of the model is asked
for one word.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.llm.providers import KINDS
from chalicelib.observability import logger
from chalicelib.settings import LOCAL_STAGE, provider_named
from infra.aws import open_session, refusals_in_words
from infra.checks import Finding, warning
from infra.checks.cloud import check_alarms, check_bucket, check_concurrency, check_dead_letters, check_stacks
from infra.checks.mail import check_mail
from infra.checks.models import check_models, check_secrets
from infra.checks.stage import Stage, open_stage
from infra.checks.telegram import check_telegram
from infra.deploy import parameters_from
from infra.local import instance

Check = Callable[[Stage], Iterator[Finding]]

CHECKS: Final[Mapping[str, Check]] = {
    "Stacks": check_stacks,
    "Bucket": check_bucket,
    "Secrets": check_secrets,
    "Models": check_models,
    "Functions at once": check_concurrency,
    "Mail": check_mail,
    "Telegram": check_telegram,
    "Alarms": check_alarms,
    "Dead letters": check_dead_letters,
}
_MARKS: Final = {"well": "  ok  ", "warning": "  !   ", "fault": "  NO  "}
# What functions on AWS read from a secret only, whatever this shell has.
_OF_THE_SHELL: Final = (*(f"{kind.upper()}_API_KEY" for kind in KINDS), "TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET")


def findings(stage: Stage, checks: Iterable[Check]) -> Iterator[Finding]:
    """Yields what the checks find. One that may not look is told, and keeps no other from looking."""
    for check in checks:
        try:
            yield from check(stage)
        except ClientError as error:
            told = error.response["Error"]
            yield warning(
                f"Not looked at: AWS refused {error.operation_name} ({told['Code']}): {told.get('Message', '')}"
            )
        except BotoCoreError as error:
            yield warning(f"Not looked at: {error}")


@refusals_in_words()
def main(environment: Mapping[str, str]) -> None:
    """`make doctor`."""
    name = environment.get("STAGE", "")
    given: dict[str, str] = {}
    if name:
        given = parameters_from(dict(environment))
        if provider := environment.get("LLM_PROVIDER"):
            given["LlmProvider"] = provider_named(provider)
        for secret in _OF_THE_SHELL:
            os.environ.pop(secret, None)
    else:
        instance.activate()
    stage = open_stage(open_session(os.environ), name or LOCAL_STAGE, given)
    stage.activate()
    logger.setLevel("CRITICAL")  # what it would tell of failures, the findings tell
    print(f"{stage.name} in {stage.session.region_name}, account {stage.account}")
    faults = 0
    for title, check in CHECKS.items():
        for number, finding in enumerate(findings(stage, [check])):
            if not number:
                print(title)
            faults += finding.level == "fault"
            print(f"{_MARKS[finding.level]}{finding.text}")
    if faults:
        raise SystemExit(f"{faults} of these have to be mended")


if __name__ == "__main__":
    main(dict(os.environ))
