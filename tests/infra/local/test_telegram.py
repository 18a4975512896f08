"""The stand-in of Telegram is as strict as the Bot API, to the client that the bot uses."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import urllib3
from requests import ConnectionError
from telebot import TeleBot, apihelper, types
from telebot.apihelper import ApiTelegramException

from infra.local.telegram.delivery import Delivery
from infra.local.telegram.limits import Fault, Rates
from infra.local.telegram.markup import read_text
from infra.local.telegram.page_server import PageHandler
from infra.local.telegram.people import Group, Person, new_group, new_person
from infra.local.telegram.server import serving
from infra.local.telegram.state import Telegram

NOW = 1_772_366_400.0
library: Any = types


class Bot:
    """A bot's client, and the Telegram that it talks to."""

    def __init__(self, url: str, telegram: Telegram) -> None:
        self.client = TeleBot(telegram.token, threaded=False)
        self.telegram = telegram
        self.url = url

    def send(self, chat_id: int, text: str, **how: Any) -> types.Message:
        return self.client.send_message(chat_id, text, **how)

    def refused(self, method: str, *given: Any, **named: Any) -> tuple[int, str, Any]:
        """What a call is refused with: the code, the description, the parameters."""
        with pytest.raises(ApiTelegramException) as refusal:
            getattr(self.client, method)(*given, **named)
        told = refusal.value.result_json
        assert told["ok"] is False
        return told["error_code"], told["description"], told.get("parameters")

    def updates(self) -> list[dict[str, Any]]:
        found = list(self.telegram.state.updates)
        self.telegram.state.updates.clear()
        return found


@pytest.fixture
def bot(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bot]:
    telegram = Telegram(now=lambda: NOW)
    with serving(telegram) as url:
        monkeypatch.setattr(apihelper, "API_URL", f"{url}/bot{{0}}/{{1}}")
        monkeypatch.setattr(apihelper, "CUSTOM_REQUEST_SENDER", None)  # the application's, once it has sent something
        yield Bot(url, telegram)


@pytest.fixture
def bo(bot: Bot) -> Person:
    """Somebody who has pressed Start."""
    person = new_person(bot.telegram, "Bo", "de")
    person.write("/start")
    bot.updates()
    return person


@pytest.fixture
def lunch(bot: Bot, bo: Person) -> Group:
    """A group of Bo's with the bot in it."""
    group = new_group(bot.telegram, "Lunch", creator=bo)
    bo.add_bot(group)
    bot.updates()
    return group


def button(text: str, **where: Any) -> types.InlineKeyboardMarkup:
    return types.InlineKeyboardMarkup([[types.InlineKeyboardButton(text, **where)]])


def test_what_is_sent_is_shown_as_people_see_it(bot: Bot, bo: Person) -> None:
    sent = bot.send(bo.id, " 🍲 <b>Lunch</b> &amp; <a href='https://x.org/?a=1&amp;b'>more</a>", parse_mode="HTML")
    assert bo.chat.last.text == "🍲 Lunch & more"
    assert (sent.text, sent.chat.id, sent.date) == ("🍲 Lunch & more", bo.id, int(NOW))
    assert [(it.type, it.offset, it.length) for it in sent.entities or ()] == [("bold", 3, 5), ("text_link", 11, 4)]
    assert bo.chat.last.links == {"more": "https://x.org/?a=1&b"}


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("a<br>b", 'Unsupported start tag "br" at byte offset 1'),
        ("é < b", "Unclosed start tag at byte offset 3"),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
    ],
)
def test_markup_that_telegram_does_not_know_is_refused(bot: Bot, bo: Person, html: str, why: str) -> None:
    refused = bot.refused("send_message", bo.id, html, parse_mode="HTML")
    assert refused == (400, f"Bad Request: can't parse entities: {why}", None)


def test_what_no_message_may_be(bot: Bot, bo: Person) -> None:
    bot.send(bo.id, "🍲" * 2048)
    bot.send(bo.id, f"<b>{'a' * 4096}</b>", parse_mode="HTML")
    for text, why in (
        ("", "message text is empty"),
        ("<b> </b>\n", "message text is empty"),
        ("🍲" * 2048 + "a", "message is too long"),
    ):
        assert bot.refused("send_message", bo.id, text, parse_mode="HTML")[:2] == (400, f"Bad Request: {why}")
    for how, why in (
        ({"reply_markup": button("a", callback_data="é" * 33)}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": button("a", url="nowhere")}, "BUTTON_URL_INVALID"),
        ({"message_thread_id": 7}, "message thread not found"),
    ):
        assert bot.refused("send_message", bo.id, "a", **how)[:2] == (400, f"Bad Request: {why}")


def test_who_can_not_be_written_to(bot: Bot, bo: Person, lunch: Group) -> None:
    stranger = new_person(bot.telegram, "Cy")
    assert bot.refused("send_message", 1, "a")[:2] == (400, "Bad Request: chat not found")
    cold = (403, "Forbidden: bot can't initiate conversation with a user", None)
    assert bot.refused("send_message", stranger.id, "a") == cold
    bo.block_bot()
    assert bot.refused("send_message", bo.id, "a") == (403, "Forbidden: bot was blocked by the user", None)
    lunch.forbid_writing(bo)
    refused = bot.refused("send_message", lunch.id, "a")
    assert refused == (400, "Bad Request: not enough rights to send text messages to the chat", None)
    lunch.remove_bot(bo)
    assert bot.refused("send_message", lunch.id, "a") == (403, "Forbidden: bot was kicked from the group chat", None)
    told = [update["my_chat_member"]["new_chat_member"]["status"] for update in bot.updates()]
    assert told == ["kicked", "restricted", "kicked"]


def test_another_token_is_no_bot(bot: Bot) -> None:
    bot.client.token = "7000000001:other"
    assert bot.refused("get_me") == (401, "Unauthorized", None)


def test_a_message_is_edited_once(bot: Bot, bo: Person) -> None:
    sent = bot.send(bo.id, "<b>One</b>", parse_mode="HTML", reply_markup=button("a", callback_data="1"))
    same = bot.refused("edit_message_reply_markup", bo.id, sent.message_id, reply_markup=button("a", callback_data="1"))
    assert same[:2] == (
        400,
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
        "current content and reply markup of the message",
    )
    bot.client.edit_message_text("Two", bo.id, sent.message_id)
    assert (bo.chat.last.text, bo.chat.last.buttons) == ("Two", [])
    assert bot.refused("edit_message_text", "Two", bo.id, 999)[1] == "Bad Request: message to edit not found"
    own = bo.chat.messages[0].message_id
    assert bot.refused("edit_message_text", "Two", bo.id, own)[1] == "Bad Request: message can't be edited"
    bot.client.delete_message(bo.id, sent.message_id)
    assert bot.refused("delete_message", bo.id, sent.message_id)[1] == "Bad Request: message to delete not found"


def test_a_tap_is_answered_in_time(bot: Bot, bo: Person) -> None:
    bot.send(bo.id, "How?", reply_markup=button("Well", callback_data="rate:5"))
    tapped = bo.tap("Well")
    (update,) = bot.updates()
    assert update["callback_query"]["data"] == "rate:5"
    assert update["callback_query"]["message"]["text"] == "How?"
    bot.client.answer_callback_query(update["callback_query"]["id"], "Thank you")
    assert tapped.answer == "Thank you"
    bot.telegram.now = lambda: NOW + 3600
    late = bot.refused("answer_callback_query", update["callback_query"]["id"])
    assert late[1] == "Bad Request: query is too old and response timeout expired or query ID is invalid"


def test_a_group_that_becomes_a_supergroup_says_where_it_is(bot: Bot, bo: Person, lunch: Group) -> None:
    new = lunch.migrate(bo)
    refused = bot.refused("send_message", lunch.id, "a")
    why = "Bad Request: group chat was upgraded to a supergroup chat"
    assert refused == (400, why, {"migrate_to_chat_id": new.id})
    was, now = (update["message"] for update in bot.updates())
    assert (was["chat"]["id"], was["migrate_to_chat_id"]) == (lunch.id, new.id)
    assert (now["chat"]["id"], now["migrate_from_chat_id"], now["chat"]["type"]) == (new.id, lunch.id, "supergroup")
    assert bot.send(new.id, "a").chat.id == new.id


def test_a_bot_sees_of_a_group_what_is_said_to_it(bot: Bot, bo: Person, lunch: Group) -> None:
    asked = bot.send(lunch.id, "Lunch?")
    bo.write("Hi all", lunch)
    bo.write("/setup@somebody_else_bot x", lunch)
    bo.write("/setup abc", lunch)
    bo.write("Yes", lunch, reply_to=lunch.last)
    seen = [update["message"] for update in bot.updates()]
    assert [message["text"] for message in seen] == ["/setup abc", "Yes"]
    assert seen[0]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert seen[1]["reply_to_message"]["message_id"] == asked.message_id


def test_the_bot_comes_into_a_group_by_a_link(bot: Bot, bo: Person) -> None:
    group = new_group(bot.telegram, "Plans", creator=bo, kind="forum")
    topic = group.add_topic("Garden")
    bo.open_link(f"https://t.me/{bot.telegram.bot['username']}?startgroup=abc", group)
    joined, service, started = bot.updates()
    assert joined["my_chat_member"]["old_chat_member"]["status"] == "left"
    assert joined["my_chat_member"]["from"]["language_code"] == "de"
    assert service["message"]["new_chat_members"][0]["is_bot"]
    assert started["message"]["text"] == "/start@harmonica_demo_bot abc"
    assert bot.send(group.id, "In a topic", message_thread_id=topic).message_thread_id == topic
    assert bot.client.get_chat_member(group.id, bo.id).status == "creator"
    assert bot.client.get_chat(group.id).is_forum
    bot.client.leave_chat(group.id)
    assert bot.refused("get_chat", group.id)[:2] == (403, "Forbidden: bot is not a member of the supergroup chat")


def test_answers_fail_on_demand(bot: Bot, bo: Person) -> None:
    bot.telegram.fail(Fault("sendMessage", retry_after=7), Fault("sendMessage", 502, "Bad Gateway"))
    refused = bot.refused("send_message", bo.id, "a")
    assert refused == (429, "Too Many Requests: retry after 7", {"retry_after": 7})
    assert bot.refused("send_message", bo.id, "a")[:2] == (502, "Bad Gateway")
    bot.telegram.fail(Fault("sendMessage", 0, is_done=True))
    with pytest.raises(ConnectionError):
        bot.send(bo.id, "Lost on the way")
    assert bo.chat.last.text == "Lost on the way"
    assert bot.send(bo.id, "b").text == "b"


def test_the_real_limits_are_kept_where_they_are_wanted(bot: Bot, bo: Person, lunch: Group) -> None:
    bot.telegram.rates = Rates()
    for _ in range(20):
        bot.send(lunch.id, "a")
    assert bot.refused("send_message", lunch.id, "a")[0] == 429
    bot.telegram.now = lambda: NOW + 60
    bot.send(lunch.id, "a")
    for _ in range(4):
        bot.send(bo.id, "a")
    assert bot.refused("send_message", bo.id, "a")[2] == {"retry_after": 4}


def test_webhook_and_commands_are_kept_as_they_are_set(bot: Bot) -> None:
    bot.client.set_webhook("https://x.org/telegram/webhook", allowed_updates=["message"], secret_token="s-1")
    info = bot.client.get_webhook_info()
    assert info.url == "https://x.org/telegram/webhook"
    assert bot.telegram.state.webhook.allowed_updates == ["message"]
    assert bot.refused("set_webhook", "http://x.org/")[0] == 400
    scope = library.BotCommandScope("all_private_chats")
    bot.client.set_my_commands([types.BotCommand("help", "Hilfe")], scope, "de")
    assert [it.description for it in bot.client.get_my_commands(scope, "de")] == ["Hilfe"]
    assert bot.client.get_my_commands() == []
    wrong = bot.refused("set_my_commands", [types.BotCommand("Help!", "a")])
    assert wrong[1] == "Bad Request: BOT_COMMAND_INVALID"


def test_what_else_people_send_travels_as_telegram_describes_it(bot: Bot, bo: Person) -> None:
    said = bo.write("Hi 🍲 /stop")
    bo.edit(said, "Ho")
    bo.send_voice()
    bo.send_photo("Look")
    bo.forward("One", "Two")
    sent = bot.updates()
    assert sent[0]["message"]["entities"] == [{"type": "bot_command", "offset": 6, "length": 5}]
    assert (sent[1]["edited_message"]["text"], sent[1]["edited_message"]["edit_date"]) == ("Ho", int(NOW))
    assert "voice" in sent[2]["message"]
    assert sent[3]["message"]["caption"] == "Look"
    assert sent[4]["message"]["forward_origin"]["sender_user"]["first_name"] == "Stranger"
    ids = [update["update_id"] for update in sent]
    assert ids == list(range(ids[0], ids[0] + 6))


def test_all_of_it_is_kept_over_a_restart(bot: Bot, bo: Person, lunch: Group) -> None:
    bot.send(lunch.id, "Lunch?", reply_markup=button("Yes", callback_data="1"))
    bo.tap("Yes", lunch)
    kept = Telegram.load(bot.telegram.save())
    assert kept == bot.telegram.state


def test_a_text_is_read_as_it_is_shown() -> None:
    assert read_text("1 < 2 &nbsp; <b>") == ("1 < 2 &nbsp; <b>", [])
    assert read_text("  <i> a</i> ", "HTML") == ("a", [{"type": "italic", "offset": 0, "length": 1}])


def test_updates_come_to_the_webhook_in_the_order_of_their_chat_until_they_are_taken(bo: Person, bot: Bot) -> None:
    came: list[str] = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            text = update["message"]["text"]
            assert self.headers["X-Telegram-Bot-Api-Secret-Token"] == "s-1"
            is_taken = text != "Two" or "Two" in came
            came.append(text)
            self.send_response(200 if is_taken else 500)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    with Delivery(bot.telegram):
        bo.write("One")
        bo.write("Two")
        bo.write("Three")
        bot.client.set_webhook(f"http://127.0.0.1:{server.server_port}/telegram/webhook", secret_token="s-1")
        with bot.telegram.news:
            assert bot.telegram.news.wait_for(lambda: not bot.telegram.state.updates, 60)
    server.shutdown()
    server.server_close()
    assert came == ["One", "Two", "Two", "Three"]
    assert (
        bot.client.get_webhook_info().last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
    )


def test_no_other_site_reads_the_page_or_moves_anybody_there(bot: Bot) -> None:
    with serving(bot.telegram, PageHandler) as url:
        host, json_type = url.removeprefix("http://"), {"Content-Type": "application/json"}
        for method, path in (("GET", "/"), ("GET", "/news"), ("POST", "/act")):
            for headers in (
                {"Sec-Fetch-Site": "cross-site"},
                {"Sec-Fetch-Site": "same-site"},
                {"Host": "evil.example:80"},
            ):
                sent = {"Host": host, **json_type, **headers}
                body = b'{"do": "start_over"}' if method == "POST" else None
                assert urllib3.request(method, url + path, headers=sent, body=body).status == 403
        form = urllib3.request("POST", f"{url}/act", body=b"{}", headers={"Content-Type": "text/plain"})
        assert form.status == 415
        shown = urllib3.request("GET", url)
        assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert bot.telegram.changed == 0
