"""The sentences of the offline summary, in English and in Chinese of both scripts."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.llm.language import Script


@dataclass(frozen=True, slots=True)
class ReportPhrases:
    """Sentences with places for themes and for what people wrote.

    Not everybody is shown a sentence that quotes somebody, so each of these reads well without its neighbour.
    """

    chinese: bool
    spread: str
    further: str
    meet: str
    part: str
    scattered: str
    alike: str
    apart: str
    central: str
    recurring: str
    against: str
    quoted: str
    closest: str
    nearest: str
    not_close: str
    other: str
    comma: str
    semicolon: str
    gap: str


_ENGLISH = ReportPhrases(
    chinese=False,
    spread="What people brought up under “{topic}” gathers most widely around these themes: {themes}.",
    further="Narrower, but carried by several people each: {themes}.",
    meet="People say much the same on: {themes}.",
    part="They pull in different directions on: {themes}.",
    scattered="What people brought up under “{topic}” has little in common yet: each point stands for itself.",
    alike="On {theme}, several people say much the same. In one person's words: {said}",
    apart="On {theme}, people pull in different directions. {said}",
    central="Closest to the centre of this theme: “{said}”",
    recurring="Recurring here: {terms}.",
    against="“{one}” as against “{other}”",
    quoted="“{said}”",
    closest="Closest to this in people's own words: {said}",
    nearest="What comes closest to this is in: {themes}.",
    not_close="No point takes this up in the same words; the nearest answer is in the widest themes: {themes}.",
    other="Other points",
    comma="; ",
    semicolon="; ",
    gap=" ",
)
_TRADITIONAL = ReportPhrases(
    chinese=True,
    spread="在「{topic}」之下，大家談得最廣的是：{themes}。",
    further="範圍較小、但各有數人提到的還有：{themes}。",
    meet="大家說法相近的是：{themes}。",
    part="意見方向不同的是：{themes}。",
    scattered="在「{topic}」之下，大家提到的事目前還很少交集：每一點各自獨立。",
    alike="關於{theme}，數人說法相近。其中一人的原話：{said}",
    apart="關於{theme}，意見方向不同。{said}",
    central="最能代表這個主題的一句：「{said}」",
    recurring="這裡常提到：{terms}。",
    against="「{one}」，相對於「{other}」",
    quoted="「{said}」",
    closest="參與者原話中最接近的是：{said}",
    nearest="最接近的回答在這些主題中：{themes}。",
    not_close="沒有人用同樣的字眼談到這一點；最接近的回答在這些主題中：{themes}。",
    other="其他看法",
    comma="；",
    semicolon="；",
    gap="",
)
_SIMPLIFIED = ReportPhrases(
    chinese=True,
    spread="在“{topic}”之下，大家谈得最广的是：{themes}。",
    further="范围较小、但各有数人提到的还有：{themes}。",
    meet="大家说法相近的是：{themes}。",
    part="意见方向不同的是：{themes}。",
    scattered="在“{topic}”之下，大家提到的事目前还很少交集：每一点各自独立。",
    alike="关于{theme}，数人说法相近。其中一人的原话：{said}",
    apart="关于{theme}，意见方向不同。{said}",
    central="最能代表这个主题的一句：“{said}”",
    recurring="这里常提到：{terms}。",
    against="“{one}”，相对于“{other}”",
    quoted="“{said}”",
    closest="参与者原话中最接近的是：{said}",
    nearest="最接近的回答在这些主题中：{themes}。",
    not_close="没有人用同样的字眼谈到这一点；最接近的回答在这些主题中：{themes}。",
    other="其他看法",
    comma="；",
    semicolon="；",
    gap="",
)
REPORT_PHRASES: Mapping[Script, ReportPhrases] = {"en": _ENGLISH, "hant": _TRADITIONAL, "hans": _SIMPLIFIED}
