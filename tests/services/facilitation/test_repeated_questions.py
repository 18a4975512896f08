"""The repeat detector: pairs that are one question, pairs that are two, and what it reads of a message."""

from chalicelib.services.facilitation.repeated_questions import find_repeated, is_same_question
from tests.example_tables import each_row

REPEATS = [
    ("What would you change first about the library?", "What would you change first about the library?"),
    ("What would you change first about the library?", "WHAT WOULD YOU CHANGE FIRST ABOUT THE LIBRARY?"),
    ("What would you change first about the library?", "And what would you change first in the library, then?"),
    ("What matters most to you about the library?", "What about the library matters most to you?"),
    ("What stands in the way of that today?", "And what stands in the way today?"),
    ("Who is affected most when the buses run late?", "When the buses run late, who is affected most?"),
    ("What has worked well in your team this year?", "So, what worked well in your team this year?"),
    ("How would longer opening hours help you?", "How would a longer opening hour help you?"),
    ("Which of these changes would matter most to you?", "Of these changes, which would matter the most to you?"),
    ("Can you give me an example of such a meeting?", "Could you give me an example of such a meeting?"),
    ("What do you expect from the new manager?", "What do you expect of the new manager?"),
    ("What's the biggest risk in this plan?", "What is the biggest risk in this plan?"),
    ("Why is a quiet room important to you?", "Why is a quiet room important for you?"),
    ("What should stay as it is?", "What should stay just as it is now?"),
    ("What would help you decide on a plan?", "What would help you to decide on the plan?"),
    ("Was würden Sie an der Bibliothek ändern?", "Was würden Sie an der Bibliothek ändern?"),
    ("Что бы вы изменили в библиотеке?", "Что бы вы изменили в библиотеке?"),
    ("您覺得新圖書館最需要改善的是什麼？", "您覺得新圖書館最需要改善的是什麼?"),
    ("您覺得新圖書館最需要改善的是什麼？", "那麼，您覺得新圖書館最需要改善的是什麼呢？"),
    ("您覺得新圖書館最需要改善的是什麼？", "新圖書館最需要改善的，您覺得是什麼？"),
    ("您會先改變什麼？", "您會先改變什麼呢？"),
    ("這對您的工作有什麼影響？", "那這對你的工作有什麼影響呢？"),
    ("公車誤點的時候，誰受到的影響最大？", "誰受到的影響最大，公車誤點的時候？"),
    ("主要的阻礙是什麼？", "請問主要的阻礙是什麼呢？"),
    ("你认为最大的风险是什么？", "那你认为最大的风险是什么呢？"),
    ("哪些做法应该保留下来？", "那么，哪些做法应该保留下来呢？"),
    ("如果只能做一件事，您會做什麼？", "如果只能做一件事，那您會做什麼呢？"),
    ("您上次去圖書館是什麼時候？", "您上次去圖書館是什麼時候？"),
    ("可以舉個具體的例子嗎？", "可以再舉個具體的例子嗎？"),
    ("您希望委員會下一步做什麼？", "您希望委員會下一步做什麼呢？"),
    ("延長開放時間對您有幫助嗎？", "延長開放時間，對您有幫助嗎？"),
    ("您為什麼這麼重視安靜？", "那麼，您為什麼這麼重視安靜呢？"),
    ("誰應該負責維護公園？", "請問，誰應該負責維護公園呢？"),
]
DIFFERENT = [
    ("Why?", "Why?"),
    ("Why is that?", "Why is that?"),
    ("How so?", "How so?"),
    ("What else?", "What else?"),
    ("What do you like about the library?", "What do you dislike about the library?"),
    ("What do you like about the library?", "What do you like least about the library?"),
    ("What works well in the market today?", "What works badly in the market today?"),
    ("What should change about the bus lines?", "What should not change about the bus lines?"),
    ("Should the city close the street?", "Shouldn't the city close the street?"),
    ("How would opening on Sundays affect you?", "How would opening on Saturdays affect you?"),
    ("What do you expect from the new manager?", "What do you expect from the old manager?"),
    ("Who should run the new library?", "How should we run the new library?"),
    ("Why should the library open longer?", "When should the library open longer?"),
    ("What was it like in 2019?", "What was it like in 2024?"),
    ("Would you pay more for longer hours?", "Would you pay less for longer hours?"),
    ("What would you change first?", "What would you change if money were no object?"),
    ("What matters most to you?", "What matters least to you?"),
    ("Could you tell me more about the meeting?", "Could you tell me more about the decision?"),
    ("What helps students with the parking?", "What helps students with the park?"),
    ("What could you do about that?", "What would you do with it?"),
    ("What did you do then?", "What can you do now?"),
    ("Was gefällt Ihnen an der Bibliothek?", "Was fehlt Ihnen an der Bibliothek?"),
    ("為什麼？", "為什麼？"),
    ("為什麼呢？", "為什麼呢？"),
    ("還有嗎？", "還有嗎？"),
    ("怎麼說呢？", "怎麼說呢？"),
    ("您覺得圖書館最需要改善的是什麼？", "您覺得圖書館最需要保留的是什麼？"),
    ("您喜歡圖書館的什麼？", "您不喜歡圖書館的什麼？"),
    ("您最喜歡圖書館的什麼地方？", "您喜歡圖書館的什麼地方？"),
    ("誰應該負責維護公園？", "誰不應該負責維護公園？"),
    ("這個改變對您有什麼好處？", "這個改變對您有什麼壞處？"),
    ("您為什麼想要延長開放時間？", "您什麼時候想要延長開放時間？"),
    ("圖書館星期六開放對您有幫助嗎？", "圖書館星期日開放對您有幫助嗎？"),
    ("二〇一九年的情況如何？", "二〇二四年的情況如何？"),
    ("学校应该先做什么？", "家长应该先做什么？"),
    ("您认为费用应该由谁承担？", "您认为责任应该由谁承担？"),
    ("公園現在最好的地方是什麼？", "公園現在最差的地方是什麼？"),
    ("這件事您會怎麼做？", "這件事您會怎麼想？"),
]


@each_row("one, other", REPEATS)
def test_one_question(one: str, other: str) -> None:
    assert is_same_question(one, other)
    assert is_same_question(other, one)


@each_row("one, other", DIFFERENT)
def test_two_questions(one: str, other: str) -> None:
    assert not is_same_question(one, other)
    assert not is_same_question(other, one)


def test_the_question_is_found_among_other_sentences() -> None:
    earlier = ["Welcome! This is about v2.0 of the plan. What would you change first about it?", "Noted. Why?"]
    content = "You said 3.5 hours are too long — that is a lot. So what would you change first about it?"
    assert find_repeated(content, earlier) == "What would you change first about it?"


def test_a_chinese_question_is_found_among_other_sentences() -> None:
    earlier = ["謝謝您的說明。您會先改變什麼？還有別的原因嗎？", "為什麼？"]
    assert find_repeated("您提到噪音！那麼您會先改變什麼呢？", earlier) == "您會先改變什麼？"


def test_a_sentence_that_asks_nothing_is_no_repeat() -> None:
    told = "Take all the time that you need for this. I am listening."
    assert find_repeated(told, [told]) is None


def test_only_the_last_six_messages_count() -> None:
    asked = "What would you change first?"
    assert find_repeated(asked, [asked, *["Why?"] * 5]) == asked
    assert find_repeated(asked, [asked, *["Why?"] * 6]) is None


def test_to_come_back_once_to_the_question_that_is_open_is_no_repeat() -> None:
    asked = "What would you change first?"
    assert find_repeated(f"I ask by rule. {asked}", [asked]) is None
    assert find_repeated(asked, [asked, "I can't tell you that."]) is None
    assert find_repeated(asked, [asked, asked]) == asked
    assert find_repeated(asked, [asked, "I can't tell you that.", f"Well. {asked}"]) == asked
    assert find_repeated(asked, [asked, "Why?", asked]) == asked


def test_the_latest_of_two_repeated_questions_is_named() -> None:
    earlier = ["What would you change first?", "And what would you change first?", "Why?"]
    assert find_repeated("What would you change first?", earlier) == "And what would you change first?"


@each_row("text", ["", "?", "???", "？", "... ?", "\ud800?", "🙂🙂🙂🙂🙂🙂🙂?"])
def test_questions_without_words_are_no_repeats(text: str) -> None:
    assert find_repeated(text, [text, text]) is None
