"""The language of a summary as a document: the words that code adds to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.llm.language import Script, script_for
from chalicelib.store.records import Session


@dataclass(frozen=True, slots=True)
class Words:
    """Headings and sentences of the summary in one language."""

    overview: str
    themes: str
    agreements: str
    tensions: str
    minority_views: str
    critical: str
    open_questions: str
    share: str
    gathered: str
    carried: str
    comma: str
    gap: str
    unnamed: str
    unanswered: str
    footer: str
    part: str
    themeless: str
    beyond: str
    offline: str
    example: str


ENGLISH = Words(
    overview="Overview",
    themes="Themes",
    agreements="Agreements",
    tensions="Tensions",
    minority_views="Minority views",
    critical="What is critical",
    open_questions="Open questions",
    share="{count} of {total} participants",
    gathered="Gathered here, with how many speak of each: {themes}.",
    carried="{label} ({count})",
    comma="; ",
    gap=" ",
    unnamed="Another matter",
    unanswered="Nobody has spoken to this yet.",
    footer="From {participants} participants and {messages} messages. "
    "In a theme each participant counts once; quotes are cut from what they wrote.",
    part="{used} of {points} points were read.",
    themeless="{count} of {points} points are about matters that are in no theme, and are counted in none.",
    beyond="Further themes, with how many speak of each: {themes}.",
    offline="Put together without a language model, from participants' own sentences (model: offline).",
    example="This is an example: its people, what they say and this summary are made up.",
)
TRADITIONAL_CHINESE = Words(
    overview="概覽",
    themes="主題",
    agreements="共識",
    tensions="分歧",
    minority_views="少數意見",
    critical="關鍵問題",
    open_questions="待解問題",
    share="{total} 位參與者中的 {count} 位",
    gathered="這裡包括（括號內為談到的人數）：{themes}。",
    carried="{label}（{count}）",
    comma="；",
    gap="",
    unnamed="另一件事",
    unanswered="目前還沒有人談到這一點。",
    footer="依據 {participants} 位參與者的 {messages} 則訊息。每個主題中每位參與者只計一次；引文均擷取自原話。",
    part="共採用 {points} 個要點中的 {used} 個。",
    themeless="{points} 個要點中有 {count} 個不屬於任何主題，未計入任何主題。",
    beyond="其他主題（括號內為談到的人數）：{themes}。",
    offline="未使用語言模型，由參與者的原句整理而成（model: offline）。",
    example="這是一個示例：其中的人物、他們所說的話以及本總結均為虛構。",
)
SIMPLIFIED_CHINESE = Words(
    overview="概览",
    themes="主题",
    agreements="共识",
    tensions="分歧",
    minority_views="少数意见",
    critical="关键问题",
    open_questions="待解问题",
    share="{total} 位参与者中的 {count} 位",
    gathered="这里包括（括号内为谈到的人数）：{themes}。",
    carried="{label}（{count}）",
    comma="；",
    gap="",
    unnamed="另一件事",
    unanswered="目前还没有人谈到这一点。",
    footer="依据 {participants} 位参与者的 {messages} 条消息。每个主题中每位参与者只计一次；引文均摘自原话。",
    part="共采用 {points} 个要点中的 {used} 个。",
    themeless="{points} 个要点中有 {count} 个不属于任何主题，未计入任何主题。",
    beyond="其他主题（括号内为谈到的人数）：{themes}。",
    offline="未使用语言模型，由参与者的原句整理而成（model: offline）。",
    example="这是一个示例：其中的人物、他们所说的话以及本总结均为虚构。",
)
WORDS: Mapping[Script, Words] = {"en": ENGLISH, "hant": TRADITIONAL_CHINESE, "hans": SIMPLIFIED_CHINESE}


def words_for(session: Session, sample: str) -> Words:
    """The words in the session's language, or in the one its participants write; English where we have no others."""
    return WORDS[script_for(session.language, sample)]
