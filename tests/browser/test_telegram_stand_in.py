"""The page of the stand-in of Telegram, with a bot that a test plays."""

from pathlib import Path

from playwright.sync_api import expect

from infra.local.telegram.methods import answer_callback_query, send_message
from infra.local.telegram.running import beside
from tests.browser.appearance import overflowing
from tests.browser.axe import violations
from tests.browser.devices import DESKTOP, Devices
from tests.e2e.local import PATIENCE, LocalCloud, free_port

BUTTONS = (
    '{"inline_keyboard": [[{"text": "نعم", "callback_data": "yes"}], [{"text": "Outside", "url": "https://x.org"}]]}'
)


def test_people_see_what_the_bot_sends_and_it_gets_what_they_write_and_tap(tmp_path: Path, devices: Devices) -> None:
    port = free_port()
    with beside(tmp_path, port) as telegram:
        page = devices.open(LocalCloud(tmp_path, port), DESKTOP)
        page.goto("/")
        bo = page.get_by_role("region", name="Bo · private chat")
        bo.get_by_role("textbox", name="Message").fill("/start <b>")
        bo.get_by_role("button", name="Send").click()
        expect(bo.get_by_role("log")).to_contain_text("/start <b>")
        with telegram.news:
            (update,) = telegram.state.updates
            chat = update["message"]["chat"]["id"]
            html = "<b>Hello 🍲</b> &lt;i&gt;"
            send_message(telegram, {"chat_id": chat, "text": html, "parse_mode": "HTML", "reply_markup": BUTTONS})
        expect(bo.locator(".bubble b")).to_have_text("Hello 🍲")
        expect(bo.get_by_role("log")).to_contain_text("<i>")
        bo.get_by_role("button", name="نعم").click()
        expect(bo.locator("[aria-busy]")).to_have_count(1)
        with telegram.news:
            assert telegram.news.wait_for(lambda: "callback_query" in telegram.state.updates[-1], PATIENCE)
            query = telegram.state.updates[-1]["callback_query"]
            assert query["data"] == "yes"
            answer_callback_query(telegram, {"callback_query_id": query["id"], "text": "Noted"})
        expect(bo.get_by_role("status")).to_have_text("Noted")
        expect(bo.locator("[aria-busy]")).to_have_count(0)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == []
        page.set_viewport_size({"width": 320, "height": 700})
        page.get_by_role("button", name="Bo", exact=True).click()
        expect(bo.get_by_role("button", name="Send")).to_be_in_viewport()
        assert overflowing(page) == []
    assert (tmp_path / "telegram.json").stat().st_mode & 0o777 == 0o600
