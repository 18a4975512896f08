"""The offline facilitation prompt: a plain plan made of the brief's own words."""

from chalicelib.llm.interface import Reply, Request
from chalicelib.llm.language import script_of
from chalicelib.llm.offline.shown import first, user_text

_ENGLISH = """Welcome the participant to a conversation about {topic} and say what it should achieve: {goal}

Ask, one after the other:

{critical}1. What comes to your mind first about {topic}? If the answer stays thin, ask for an example.
2. What have you seen or experienced yourself? Probe for the situation and what followed from it.
3. If only one thing could be done, what should it be? Probe for the reason.
4. What stands in the way, and who is affected most? Probe for trade-offs.
5. What works well today and should stay as it is?
6. What else matters here that has not come up?

Close by naming the points this person made, and thank them."""
_ENGLISH_CRITICAL = (
    "0. Early on, and openly: {critical} Probe until this is clear, or the person has nothing to say about it.\n"
)
_CHINESE = """歡迎參與者，說明這次談的是「{topic}」，目標是：{goal}

依序提問：

{critical}1. 關於「{topic}」，您首先想到什麼？回答太簡短時，請對方舉例。
2. 您自己看到或經歷過什麼？追問當時的情況和結果。
3. 如果只能做一件事，應該是什麼？追問原因。
4. 主要的阻礙是什麼，誰受到的影響最大？追問如何取捨。
5. 現在有哪些做得好的地方應該保留？
6. 還有什麼重要、但還沒談到的？

最後說出這位參與者提出的重點，並致謝。"""
_CHINESE_CRITICAL = "0. 儘早而開放地詢問：{critical} 追問到清楚為止，或對方表示沒有看法。\n"


def plan(request: Request) -> Reply:
    """A facilitation prompt from topic, goal and critical."""
    prompt = user_text(request)
    topic, goal, critical = (first(name, prompt) for name in ("topic", "goal", "critical"))
    english = script_of(topic) == "en"
    early = (_ENGLISH_CRITICAL if english else _CHINESE_CRITICAL).format(critical=critical) if critical else ""
    return Reply((_ENGLISH if english else _CHINESE).format(topic=topic, goal=goal, critical=early), "offline")
