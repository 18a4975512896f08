"""The sentences of the offline summary, in English and in Chinese of both scripts."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.llm.offline.text import Script


@dataclass(frozen=True, slots=True)
class ReportPhrases:
    """Sentences with places for themes and for what people wrote."""

    chinese: bool
    goal: str
    spread: str
    further: str
    meet: str
    part: str
    single: str
    central: str
    recurring: str
    alike: str
    against: str
    said: str
    quoted: str
    closest: str
    not_close: str
    other: str
    comma: str
    semicolon: str


_ENGLISH = ReportPhrases(
    chinese=False,
    goal="The goal: {goal}",
    spread="What people brought up under “{topic}” gathers most widely around these themes: {themes}.",
    further="Narrower, but carried by several people each: {themes}.",
    meet="People say much the same on: {themes}.",
    part="They pull in different directions on: {themes}.",
    single="Some points stand alone; the most distinct of them are listed as minority views.",
    central="Closest to the centre of this theme: “{said}”",
    recurring="Also recurring here: {terms}.",
    alike="Several people say much the same as: “{said}”",
    against="“{one}” as against “{other}”",
    said="“{said}”",
    quoted="“{said}”",
    closest="Closest to this in people's own words: {said}",
    not_close="No point takes this up in the same words; the nearest answer is in the widest themes: {themes}.",
    other="Other points",
    comma="; ",
    semicolon="; ",
)
_TRADITIONAL = ReportPhrases(
    chinese=True,
    goal="目標：{goal}",
    spread="在「{topic}」之下，大家談得最廣的是：{themes}。",
    further="範圍較小、但各有數人提到的還有：{themes}。",
    meet="大家說法相近的是：{themes}。",
    part="意見方向不同的是：{themes}。",
    single="也有一些單獨的看法；其中最獨特的列在少數意見。",
    central="最能代表這個主題的一句：「{said}」",
    recurring="這裡也常提到：{terms}。",
    alike="數人的說法與此相近：「{said}」",
    against="「{one}」，相對於「{other}」",
    said="「{said}」",
    quoted="「{said}」",
    closest="參與者原話中最接近的是：{said}",
    not_close="沒有人用同樣的字眼談到這一點；最接近的回答在這些主題中：{themes}。",
    other="其他看法",
    comma="；",
    semicolon="；",
)
_SIMPLIFIED = ReportPhrases(
    chinese=True,
    goal="目标：{goal}",
    spread="在“{topic}”之下，大家谈得最广的是：{themes}。",
    further="范围较小、但各有数人提到的还有：{themes}。",
    meet="大家说法相近的是：{themes}。",
    part="意见方向不同的是：{themes}。",
    single="也有一些单独的看法；其中最独特的列在少数意见。",
    central="最能代表这个主题的一句：“{said}”",
    recurring="这里也常提到：{terms}。",
    alike="数人的说法与此相近：“{said}”",
    against="“{one}”，相对于“{other}”",
    said="“{said}”",
    quoted="“{said}”",
    closest="参与者原话中最接近的是：{said}",
    not_close="没有人用同样的字眼谈到这一点；最接近的回答在这些主题中：{themes}。",
    other="其他看法",
    comma="；",
    semicolon="；",
)
REPORT_PHRASES: Mapping[Script, ReportPhrases] = {"en": _ENGLISH, "hant": _TRADITIONAL, "hans": _SIMPLIFIED}
