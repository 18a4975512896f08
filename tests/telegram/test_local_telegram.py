"""How tests of the bot go: somebody acts, `work_off` does all that comes of it, and then one looks at what they see."""

from tests.telegram.local_telegram import LocalTelegram


def test_what_happens_in_telegram_reaches_the_bot_and_is_done(telegram: LocalTelegram) -> None:
    bo, ana = telegram.person("Bo", "de"), telegram.person("Ana")
    lunch = telegram.group("Lunch", creator=ana, members=[bo])
    bo.open_link(f"https://t.me/{telegram.bot}?start=nonsense")
    ana.add_bot(lunch)
    ana.write("/help", lunch)
    assert [message.text for message in bo.chat.messages] == ["/start nonsense"]
    telegram.work_off()
    assert telegram.updates() == []
    assert (telegram.waiting("updates"), telegram.failed) == ([], [])
