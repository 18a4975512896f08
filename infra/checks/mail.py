"""Whether mails can be sent: the sender's identity, the account's sandbox, and where bounces are told."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.aws import application_stack_name
from infra.checks import Finding, fault, warning, well
from infra.checks.stage import Stage
from infra.mail_events import NAME


def check_mail(stage: Stage) -> Iterator[Finding]:
    """Yields what is to be said of SES."""
    sender = stage.setting("mail_from")
    if not sender:
        yield warning(
            "No mails are sent: MAIL_FROM is not set, so people sign in by a link made with `infra.admin` or by OpenID"
        )
        return
    if stage.is_local:
        yield well("Mails are written into a folder of this machine, and go nowhere")
        return
    ses = stage.session.client("sesv2")
    yield from _account(stage, ses.get_account())
    yield _sender(ses, sender)
    if stage.application is not None:
        yield from _configuration_set(stage, ses)


def _account(stage: Stage, account: dict[str, Any]) -> Iterator[Finding]:
    if not account.get("SendingEnabled", True):
        yield fault(
            f"SES has paused this account's mails in {stage.session.region_name}: see the account's reputation in its console"
        )
    if not account.get("ProductionAccessEnabled"):
        yield fault(
            f"SES in {stage.session.region_name} is in its sandbox: mails reach verified addresses alone, 200 a day. Ask for "
            "production access in its console; it takes a day"
        )
    else:
        most = account.get("SendQuota", {}).get("Max24HourSend", 0)
        yield well(f"SES sends to everybody, {most:,.0f} mails a day at most")
    if account.get("EnforcementStatus", "HEALTHY") != "HEALTHY":
        yield warning(
            f"SES has this account under review ({account['EnforcementStatus']}): too many bounces or complaints"
        )


def _sender(ses: Any, sender: str) -> Finding:
    """The address itself is verified, or its domain."""
    domain = sender.rpartition("@")[2]
    waiting = ""
    for identity in (sender, domain):
        try:
            found = ses.get_email_identity(EmailIdentity=identity)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NotFoundException":
                raise
            continue
        if not found.get("VerifiedForSendingStatus"):
            waiting = identity
        elif found.get("DkimAttributes", {}).get("Status", "SUCCESS") != "SUCCESS":
            return warning(
                f"MAIL_FROM: {identity} is verified, but its mails are not signed (DKIM), and end as spam for many"
            )
        else:
            return well(f"MAIL_FROM: {identity} is verified")
    if waiting:
        how = (
            "set the DNS records that SES names"
            if waiting == domain
            else "follow the link in the mail that AWS sent there"
        )
        return fault(f"MAIL_FROM: {waiting} is not verified yet: {how}")
    return fault(
        f"MAIL_FROM: SES knows neither {sender} nor {domain} in this region: verify one of them (docs/mail.md)"
    )


def _configuration_set(stage: Stage, ses: Any) -> Iterator[Finding]:
    name = NAME.replace("${AWS::StackName}", application_stack_name(stage.name))
    try:
        found = ses.get_configuration_set(ConfigurationSetName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
        yield fault(f"The configuration set {name} is missing, so no mail goes out: deploy again with MAIL_FROM")
        return
    if not found.get("SendingOptions", {}).get("SendingEnabled", True):
        yield fault(
            f"The configuration set {name} is paused, so no mail goes out: see its reputation in the console of SES"
        )
