"""Signs that the offline model goes by: wanting, rejecting, stopping, distress, leaning on the sentence before."""

import re

_IGNORING_CASE = re.IGNORECASE
_EDGES = re.compile(r"[\s.!?,;:…。！？，；：~～]+")


def _words(listed: str) -> str:
    """An alternation of words and `_`-joined phrases."""
    return "|".join(word.replace("_", " ") for word in sorted(listed.split(), key=len, reverse=True))


_FOR = re.compile(
    r"\b(?:(?:should|needs?|must)(?! not|n't)|"
    + _words("more better support supports love great good welcome benefit benefits important improve expand help")
    + "|"
    + _words("please like agree encourage want proud")
    + r")\b|"
    + _words("應該 应该 需要 支持 希望 贊成 赞成 喜歡 喜欢 方便 更好 優 优 安心 同意 鼓勵 鼓励"),
    _IGNORING_CASE,
)
_AGAINST = re.compile(
    r"\b(?:(?:should|must|do|does|did|is|are|can|would|wo)(?: not|n't)|cannot|"
    + _words("no not never dont stop ban against oppose eliminate disagree abolish reject prohibit forbid")
    + r")\b|"
    + _words("不應 不应 不該 不该 反對 反对 不要 不能 不是 違法 违法 非法 取締 取缔 禁止 不公 沒有 没有 威脅 威胁"),
    _IGNORING_CASE,
)
# These deny a lack, not a wish.
_NO_DENIAL = re.compile(
    r"\b(?:not enough|not only|no longer|no matter|not just|no one|why not)\b|不只|不僅|不仅", _IGNORING_CASE
)
_LEANING = re.compile(
    r"(?:"
    + _words("this that it its it's they these those them he she which and but so because also otherwise then instead")
    + r"|such|for example|e\.g)\b|"
    + _words("而且 但是 因為 因为 所以 這樣 这样 例如 並且 并且 不過 不过"),
    _IGNORING_CASE,
)
_STOP = re.compile(
    r"(?:(?:"
    + _words("ok okay no nope nah well sorry i_think thanks thank_you and")
    + r") )*"
    + r"(?:that(?:'s| is) (?:all|it|enough|everything)|that will be all|enough|(?:i'm |i am |all )?done|finish(?:ed)?"
    + r"|(?:i have )?nothing (?:else|more)(?: to (?:add|say))?|no more(?: questions| to say)?|"
    r"(?:let's )?stop(?: here| now)?" + r"|(?:good)?bye|i (?:have to|need to|must|gotta) (?:go|leave)|not interested"
    r"|(?:can we|could we|i want to|i'd like to|i would like to|let me|please) (?:stop|end|finish|"
    r"quit)(?: (?:here|now|this|it|the|conversation|interview|chat|please|asking|me))*"
    r"|(?:i )?(?:don't|do not) want to (?:answer|talk|continue|go on|do this|chat)(?: (?:any|more|anymore|"
    r"questions|this|with|you))*|(?:i think )?we(?:'ve| have)? (?:already )?(?:covered|discussed) (?:it|"
    r"everything|that|all)(?: all)?|leave me alone|stop asking(?: me)?(?: questions)?)"
    + r"(?: (?:"
    + _words("for_now for_me from_me i_have i_got i_had_to_say now here already thanks thank_you bye really")
    + r"))*",
    _IGNORING_CASE,
)
_STOP_CHINESE = re.compile(
    r"(?:"
    + _words("好了 好 嗯 謝謝 谢谢 我 大概 應該 应该 就")
    + r")*(?:"
    + _words("不用了 不用 沒有了 没有了 沒了 没了 就這樣 就这样 這樣就好 这样就好 結束 结束 夠了 够了 說完了 说完了")
    + "|"
    + _words(
        "講完了 讲完了 沒有其他 没有其他 再見 再见 停止 到此為止 到此为止 先這樣 先这样 不想回答了 不想聊了 "
        "不想談了 不想谈了 不想繼續 不想继续 要走了 到這裡 到这里"
    )
    + r")(?:"
    + _words("吧 了 啦 喔 哦 謝謝 谢谢 您 你")
    + r")*"
)
_DISTRESS = re.compile(
    r"\b(?:(?:kill|hurt|harm|cut)(?:ing|ting)? myself|end(?:ing)? (?:my life|it all)|(?:want|wanna|wish i could|"
    r"going) to die|wish i (?:was|were) dead|"
    r"(?:i am|i'm|i feel|feeling) suicidal|suicidal thoughts|thought(?:s)? (?:of|about) suicide|"
    r"i (?:can't|cannot|don't|do not)? ?(?:even )?(?:see|find) (?:a |no |any )?way out(?: of (?:this|it all))?"
    r"(?: any ?more| for me)?(?=\s*(?:[.!…]|$))|no reason to live|(?:don't|do not) want to (?:live|be alive|be here) any ?more|"
    r"better off (?:dead|without me)|(?:can't|cannot) go on (?:like this|any ?more|living)|"
    r"(?:he|she|my (?:husband|wife|partner|boyfriend|girlfriend|father|mother|dad|mum|mom|boss)) (?:hits|beats|"
    r"rapes?d?|abuses|hit|beat|abused|threatened to kill) me|"
    r"(?:i am|i'm|i was|i've been|i am being|i'm being|being) (?:raped|abused|beaten|stalked))\b|"
    + _words(
        "我想死 想自殺 想自杀 不想活 傷害自己 伤害自己 活不下去 想輕生 想轻生 自殘 自残 我被家暴 打我 性侵我 "
        "我被性侵 撐不下去了 撑不下去了 看不到出路 沒有活路 没有活路 "
        "活著沒意思 活着没意思 結束自己 结束自己 結束生命 结束生命"
    ),
    _IGNORING_CASE,
)


def stance_of(text: str) -> str:
    """`for`, `against`, `mixed` or `neutral`, by what a sentence wants more of, or less of."""
    plain = _NO_DENIAL.sub(" ", _plain(text))
    wants, rejects = bool(_FOR.search(plain)), bool(_AGAINST.search(plain))
    if plain.rstrip().endswith(("?", "？")) or not (wants or rejects):
        return "neutral"
    if wants and rejects:
        return "mixed"
    return "for" if wants else "against"


def leans(sentence: str) -> bool:
    """Whether a sentence begins as a continuation of the one before it."""
    return bool(_LEANING.match(_plain(sentence)))


def wants_to_stop(text: str) -> bool:
    """Whether the whole message says no more than that it is enough."""
    bare = _EDGES.sub(" ", _plain(text)).strip()
    return bool(_STOP.fullmatch(bare) or _STOP_CHINESE.fullmatch(bare.replace(" ", "")))


def is_distressed(text: str) -> bool:
    """Whether somebody speaks of harming themselves."""
    return bool(_DISTRESS.search(_plain(text)))


def _plain(text: str) -> str:
    return text.replace("’", "'")
