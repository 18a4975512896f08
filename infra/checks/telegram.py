"""Whether the bot works: its token, and whether Telegram reaches the webhook."""

import os
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

from chalicelib.errors import Unavailable
from chalicelib.settings import SettingMissing
from chalicelib.telegram.update import KINDS
from chalicelib.telegram.webhook import PATH
from chalicelib.telegram_api import RequestRefused, TokenRefused
from infra import telegram_webhook
from infra.checks import Finding, fault, warning, well
from infra.checks.stage import Stage

LATELY: Final = 3600  # seconds; an error before that may have been mended
MANY_WAITING: Final = 100


def check_telegram(stage: Stage) -> Iterator[Finding]:
    """Yields what is to be said of the bot."""
    if not stage.setting("telegram_bot") and not stage.setting("telegram_secret_arn"):
        yield well("There is no Telegram bot, and no page offers one")
        return
    if stage.is_local and not (os.environ.get("TELEGRAM_BOT_TOKEN") or stage.setting("telegram_secret_arn")):
        yield warning("The bot was not looked at: TELEGRAM_BOT_TOKEN is in the environment of `make run` alone")
        return
    try:
        api = telegram_webhook.bot()
        me, info = api.me(), api.webhook_info()
    except TokenRefused:
        yield fault("Telegram knows no bot by its token: put into the secret what @BotFather gave you")
        return
    except SettingMissing as error:
        yield fault(
            f"The bot has no token ({error}): TELEGRAM_SECRET_ARN names a secret with bot_token and webhook_secret"
        )
        return
    except (RequestRefused, Unavailable) as error:
        yield fault(f"Telegram does not answer as it should: {error}")
        return
    yield well(f"Telegram knows the bot as @{me.get('username')}")
    yield from (warning(text) for text in telegram_webhook.warnings(me, stage.setting("telegram_bot")))
    address = (stage.setting("public_url") or stage.outputs.get("ApiUrl", "")) + PATH
    yield from webhook_findings(info, address, f"`make telegram-webhook STAGE={stage.name}`", time.time())


def webhook_findings(info: Mapping[str, Any], address: str, command: str, now: float) -> Iterator[Finding]:
    """Yields what Telegram's account of the webhook comes to; `command` sets the webhook anew."""
    if not info.get("url"):
        yield fault(f"Telegram was not told where updates go: {command}")
        return
    if info["url"] != address:
        yield fault(f"Updates go to {info['url']}, and not to {address}: {command}")
    if missing := sorted(set(KINDS) - set(info.get("allowed_updates", KINDS))):
        yield fault(f"Updates of these kinds do not come: {', '.join(missing)}: {command}")
    failed = int(info.get("last_error_date") or 0)
    if failed and now - failed < LATELY:
        said = info.get("last_error_message", "")
        forbidden = f"; the webhook's secret is another one now: {command}" if "403" in said or "401" in said else ""
        yield fault(f"Telegram did not reach the webhook {(now - failed) / 60:.0f} minutes ago: {said}{forbidden}")
    if int(info.get("pending_update_count") or 0) > MANY_WAITING:
        yield warning(f"{info['pending_update_count']} updates wait at Telegram to be taken")
    if info["url"] == address and not (failed and now - failed < LATELY):
        yield well(f"Updates go to {address}")
