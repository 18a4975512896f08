"""The sentences of the offline summary, in English and in Chinese of both scripts."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.llm.language import Script


@dataclass(frozen=True, slots=True)
class ReportPhrases:
    """Sentences with places for themes and for what people wrote."""

    chinese: bool
    spread: str
    further: str
    meet: str
    part: str
    own: str
    central: str
    recurring: str
    against: str
    quoted: str
    closest: str
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
    own="Below, agreements, tensions and minority views are given in participants' own sentences: each stands for what "
    "several people say alike, for two sides, or for one voice that is unlike the others.",
    central="Closest to the centre of this theme: “{said}”",
    recurring="Also recurring here: {terms}.",
    against="“{one}” as against “{other}”",
    quoted="“{said}”",
    closest="Closest to this in people's own words: {said}",
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
    own="以下的共識、分歧與少數意見都是參與者的原句：分別代表數人相近的說法、兩個方向，或與眾不同的一個聲音。",
    central="最能代表這個主題的一句：「{said}」",
    recurring="這裡也常提到：{terms}。",
    against="「{one}」，相對於「{other}」",
    quoted="「{said}」",
    closest="參與者原話中最接近的是：{said}",
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
    own="以下的共识、分歧与少数意见都是参与者的原句：分别代表数人相近的说法、两个方向，或与众不同的一个声音。",
    central="最能代表这个主题的一句：“{said}”",
    recurring="这里也常提到：{terms}。",
    against="“{one}”，相对于“{other}”",
    quoted="“{said}”",
    closest="参与者原话中最接近的是：{said}",
    not_close="没有人用同样的字眼谈到这一点；最接近的回答在这些主题中：{themes}。",
    other="其他看法",
    comma="；",
    semicolon="；",
    gap="",
)
REPORT_PHRASES: Mapping[Script, ReportPhrases] = {"en": _ENGLISH, "hant": _TRADITIONAL, "hans": _SIMPLIFIED}
