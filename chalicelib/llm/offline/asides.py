"""What a participant says beside the matter: questions to the facilitator, attempts at its instructions, signs of no answer."""

import re
from collections.abc import Mapping

from chalicelib.llm.offline.phrases import Aside
from chalicelib.llm.offline.reflect import is_rude
from chalicelib.llm.offline.text import length_in_words


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_ASIDES: Mapping[Aside, re.Pattern[str]] = {
    "secret": _any(
        r"\b(?:system|initial|hidden|secret|original|facilitation|developer) ?-?(?:prompts?|instructions?|"
        r"messages?)\b",
        r"\byour (?:\w+ )?(?:prompts?|instructions|guidelines|system message|programming|configuration|tools?)\b",
        r"\b(?:ignore|disregard|forget|override|bypass) (?:all |any |every |everything |the |your |my |these |"
        r"those )*"
        r"(?:previous|prior|above|earlier|preceding|instructions?|rules|guidelines|prompts?|before)\b",
        r"\b(?:repeat|print|output|reveal|show|display|recite|dump|leak|give|tell)\b.{0,40}\b(?:words above|"
        r"text above|everything above|instructions?|prompts?|"
        r"rules you|scratchpad|context window|tags?)\b",
        r"\byou are now\b|\bfrom now on,? you\b|\bpretend (?:to be|you)\b|\bact as (?:a|an|my|if)\b|"
        r"\broleplay\b|\bdeveloper mode\b|\bjailbr|\bdo anything now\b|\bDAN\b",
        r"</?(?:said|system|instructions?|topic|goal|critical|context|pacing|facilitation_prompt|assistant|"
        r"user)\b|^\s*(?:system|assistant)\s*:",
        r"系統提示|系统提示|提示詞|提示词|你的(?:指令|設定|设定|規則|规则|提示)|您的(?:指令|設定|设定|規則|"
        r"规则)|(?:忽略|無視|无视|忘記|忘记)(?:之前|以上|先前|上面|所有|前面|你)",
        r"(?:從現在起|从现在起|現在開始|现在开始)[，,]?[你您]|[你您]現在是|[你您]现在是|扮演|假裝[你您]|"
        r"假装[你您]|重複(?:上面|以上)|重复(?:上面|以上)",
    ),
    "others": _any(
        r"\bwhat (?:did|do|have|has|are|were) (?:the )?(?:others?|other (?:people|participants?)|everyone else|"
        r"everybody else|anyone else)\b",
        r"\b(?:tell|show|give|list|quote)\b.{0,30}\b(?:other (?:people|participants?|persons?|answers|"
        r"conversations|threads)|others (?:said|wrote|think)|"
        r"what others|what everyone)",
        r"\bwho else\b.{0,40}\b(?:said|take|taking|takes|part|participat|answered|wrote)",
        r"(?:其他|別的|别的)(?:參與者|参与者|人)(?:都|們|们)*(?:說|说|寫|写|講|讲|回答|怎麼說|怎么说|怎麼想|怎么想)",
    ),
    "machine": _any(
        r"\bare you (?:actually |really |just )?(?:an? |the )?(?:ai|bot|robot|chat ?bot|machine|program|"
        r"computer|human|real|person|chatgpt|gpt|claude|llm|language model)\b",
        r"\b(?:am i|are we) (?:talking|speaking|chatting|writing) (?:to|with) (?:an? )?(?:ai|bot|robot|machine|"
        r"human|person|computer|real)\b",
        r"\bis (?:this|that|there) (?:an? |just )*(?:ai|bot|robot|chatbot|human|real person)\b|\b(?:who|"
        r"what) are you\b|\bwhat (?:ai|model|llm) (?:are|is)\b",
        r"[你您]是(?:不是)?(?:一?[個个])?(?:AI|人工智[慧能]|機器人|机器人|真人|電腦|电脑|程式|程序|人類|人类|誰|"
        r"谁)|(?:AI|機器人|机器人|真人)(?:嗎|吗)[?？]?",
    ),
    "privacy": _any(
        r"(?:^|[.!?,] )(?:and |so |but |by the way )*who (?:will |can |is going to |gets to |would |"
        r"is )?(?:reads?|sees?|reading|seeing|get|gets) (?:this|these|it|what|my|our)\b",
        r"\b(?:is|will|are) (?:this|it|that|my \w+|these) (?:be |stay |kept |remain )*(?:anonymous|confidential|"
        r"private|recorded|stored|saved)\b",
        r"\bwhat happens (?:to|with) (?:my|what i|this|the) (?:answers?|data|say|write|information)?",
        r"誰(?:會|能|可以)?(?:看|讀)(?:到|得到)?(?:這|我)|谁(?:会|能|可以)?(?:看|读)(?:到|得到)?(?:这|我)|"
        r"(?:是)?匿名(?:的)?(?:嗎|吗)|(?:會|会)?(?:保密|公開|公开)(?:嗎|吗)",
    ),
    "length": _any(
        r"\bhow (?:long|much longer|many (?:more )?questions?|much more)\b.{0,40}(?:take|left|more|to go|this|"
        r"questions?|\?)",
        r"(?:還|还)?(?:要|有|剩)(?:多久|多少(?:題|题|個問題|个问题)|幾題|几题|幾個問題|几个问题)",
    ),
    "clarify": _any(
        r"\bwhat do you mean\b|\b(?:i )?(?:don't|do not|didn't|did not) (?:really |quite )?(?:understand|"
        r"get) (?:the |your |this |that |what you)?(?:question|mean|ask)?",
        r"\b(?:can|could) you (?:explain|clarify|rephrase)\b|\bwhat (?:is|does) (?:that|"
        r"this)(?: question)? (?:supposed to )?mean\b|\bin what (?:sense|way)\s*\?|^what\s*\?+$|^huh\b",
        r"什麼意思|什么意思|(?:聽|看|听)不懂|不(?:太)?(?:明白|懂|理解)(?:你|您|這|这|問|问)|(?:可以|能)(?:解釋|"
        r"解释|說清楚|说清楚)",
    ),
    "request": _any(
        r"^(?:please |hey,? |ok,? |now )*(?:can|could|will|would) (?:you|u) (?:please )?(?:write|tell|give|help|"
        r"translate|calculate|recommend|do|make|create|solve|code|generate|show|sing|order|book|find)\b",
        r"^(?:please |hey,? |ok,? |now )*(?:write (?:me )?(?:a|an|some|python|code)|tell me (?:a|an|the|about)|"
        r"give me|translate (?:this|the following)|calculate|solve|generate|recommend me|sing|help me)\b",
        r"\bwhat(?:'s| is) (?:the (?:weather|time|capital|meaning of life)|\d)|\bwho (?:won|is the president)\b|"
        r"\bwhat (?:time|day) is it\b",
        r"^(?:請|请)?(?:幫我|帮我|給我|给我|告訴我|告诉我)(?:寫|写|算|翻譯|翻译|講|讲|查|找|推薦|推荐|一)|"
        r"天氣(?:怎麼樣|如何)|天气(?:怎么样|如何)|(?:講|讲)(?:個|个)笑話?|(?:寫|写)(?:一)?(?:首詩|首诗|段程式|"
        r"段代码)",
    ),
}
_SKIP = _any(
    r"(?:please |ok |let's |can we )*(?:skip|pass|next(?: question| one)?|move on)(?: (?:this|that|it|please|"
    r"one|question|the question))*",
    r"(?:i(?:'d| would) )?(?:rather not|prefer not to)(?: (?:say|answer|tell))?(?: that)?|(?:i )?(?:don't|"
    r"do not) want to (?:answer|say|talk about)(?: \w+){0,4}|not applicable|n/?a",
    r"(?:請|请)?(?:跳過|跳过|略過|略过|過|过|下一題|下一题|下一個|下一个)(?:吧|這題|这题|這個|这个)*|不想(?:說|"
    r"说|回答|講|讲)(?:這個|这个|這題|这题)?",
)
_EMPTY = _any(
    r"(?:(?:well|um|hmm|sorry|honestly|i'm|im|i|really|just|just don't|have|but) )*(?:don'?t know|not really|no|"
    r"nope|nah|not that i know of|dunno|idk|no idea|no clue|not sure|no opinion|no comment|whatever|nothing|"
    r"none|don'?t care|no preference|can'?t say|hard to say)"
    r"(?: (?:really|about that|sorry|yet|either|at all|specific|special|in particular|comes to mind|honestly|"
    r"i guess))*",
    r"(?:我)?(?:也)?(?:不(?:太)?知道|不(?:太)?清楚|不確定|不确定|沒(?:有)?(?:想法|意見|什麼)|没(?:有)?(?:想法|"
    r"意见|什么)|隨便|随便|無所謂|无所谓|都可以|不曉得|不晓得|沒有|没有|無|无)(?:耶|啊|吧|欸|哎|特別|特别)*",
)
_REFUSAL = _any(
    r"(?:(?:well|sorry|i said|still|just|ok|please|again|and|um|oh|but) )*(?:no|nope|nah|none|never|no thanks|no thank you|"
    r"nothing|nothing really|not really|no comment|no way|i refuse|i won't (?:say|tell|answer)|i'd rather not|no one|no answer|"
    r"(?:i )?(?:don't|do not) (?:care|want to)(?: (?:say|answer|tell|talk))?)(?: (?:no|nope|nah|thanks|thank you|sorry|really|"
    r"at all|again|to that|still))*",
    r"(?:(?:就是|還是|还是|真的|我|也|都|一樣|一样|說了|说了) ?)*(?:不|不要|不是|不會|不会|不行|不想|不想(?:說|说|講|讲|談|谈|回答)|"
    r"沒有|没有|沒|没|無|无|沒意見|没意见|不必|免了)(?: ?(?:不|沒有|没有|吧|啊|啦|了|喔|哦|謝謝|谢谢))*",
)
_GREETING = _any(
    r"(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings)(?: (?:there|everyone|all|you|"
    r"to you))*|(?:您好|你好|哈囉|哈啰|嗨|早安|午安|晚安|大家好)+"
)
_ASKING_BACK = _any(
    r"\b(?:do|did|have|are|were|would|will|can|could) you\b[^.!?]*\?",
    r"\bwhat do you think\b[^.!?]*\?",
    r"[你您][^。！？!?]*[?？]",
)
_STRAYING = _any(
    r"\b(?:off[- ]topic|on (?:another|a different) (?:note|subject|topic)|changing the subject|"
    r"(?:not|nothing) to do with (?:this|the (?:topic|subject|question)))\b",
    r"離題|离题|題外話|题外话|(?:跟|和|與|与)(?:這|这)(?:個|个)?(?:題目|题目|主題|主题|話題|话题)?(?:無關|无关)",
)
_EDGES = re.compile(r"[\s.!,;:…。！，；：~～?？]+")


def aside_of(text: str) -> Aside | None:
    """What kind of thing beside the matter a message is; None for an ordinary answer."""
    plain = text.replace("’", "'")
    for kind, pattern in _ASIDES.items():
        if pattern.search(plain) and (kind != "clarify" or length_in_words(plain) < 20):
            return kind
    return (
        "question"
        if plain.rstrip().endswith(("?", "？"))
        and length_in_words(_last_sentence(plain)) >= length_in_words(plain) // 2
        else None
    )


def asks_back(text: str) -> bool:
    """Whether a message turns to the facilitator with a question of its own."""
    return bool(_ASKING_BACK.search(text))


def strays(text: str) -> bool:
    """Whether a message says itself that it leaves the matter."""
    return bool(_STRAYING.search(text.replace("’", "'")))


def skips(text: str) -> bool:
    """Whether somebody does not want to answer."""
    return _is(_SKIP, text)


def knows_nothing(text: str) -> bool:
    """Whether somebody says no more than that they have nothing to say to this."""
    return _is(_EMPTY, text)


def refuses(text: str) -> bool:
    """Whether a message is a bare "no", or as much as that."""
    return _is(_REFUSAL, text)


def greets(text: str) -> bool:
    """Whether a message is a greeting and nothing else."""
    return _is(_GREETING, text)


def is_annoyed(text: str) -> bool:
    """Whether a message is an insult rather than an answer: short and rude."""
    return is_rude(text) and length_in_words(text) < 8


def _is(pattern: re.Pattern[str], text: str) -> bool:
    return bool(pattern.fullmatch(_EDGES.sub(" ", text.replace("’", "'")).strip()))


def _last_sentence(text: str) -> str:
    return re.split(r"(?<=[.!。！?？])\s*", text.rstrip(" ?？"))[-1]
