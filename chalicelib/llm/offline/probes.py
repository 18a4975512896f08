"""What a prompt says to probe for, turned into a question to the participant."""

import re

from chalicelib.llm.language import Script, script_of
from chalicelib.llm.offline.guide import one_question
from chalicelib.llm.offline.voices import VOICES

LONGEST = 140  # characters; a longer note is for the facilitator, not to be read out
_SENTENCE = re.compile(r"[^.!?。！？]*[?？]")
_LABEL = re.compile(r"^(?:[^:：]*\b(?:ask|probe|say|them)|(?:[^:：]*(?:問|问))) ?[:：]\s*", re.IGNORECASE)
_FIRST = re.compile(r"^(.*?)(?:[.!。！；;](?:\s|$|(?=[\u4e00-\u9fff]))|$)")
_CONDITION = re.compile(r"^(?:if|when|where)\b[^,:]*[,:]\s*", re.IGNORECASE)
_CONDITION_CHINESE = re.compile(r"^(?:如果|若|當|当)[^，,：]*[，,：]\s*")
_VERB = re.compile(
    r"^(?:(?:gently|then|please|also|always) )*(?:probe|ask|dig|look|listen|explore|find out|understand|clarify|seek|elicit|get|identify|"
    r"follow up|press|go)(?: (?:them|for|about|into|on|at|out|after|deeper|more|in|with))*\s*:?\s*",
    re.IGNORECASE,
)
_TO_DO = re.compile(
    r"^(?:gently |then |please )*(?:ask|invite)(?: (?:them|people|him or her|the (?:person|participant)))? to (.+)$",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"(?:what|how|why|when|where|who|whose|whom|which|whether|the|their|your|its|this|that|these|those|any|some|concrete|specific|personal|"
    r"possible|reasons?|examples?|details?|trade-?offs?|situations?|moments?|causes?|effects?|consequences|alternatives|experiences?|differences|"
    r"practical|everyday|real|past|recent|costs?|risks?|benefits?|obstacles?|feelings?|numbers|frequency|impact|priorities|hopes|fears|needs|"
    r"people|places|times|steps|ways|others?|more|other|early|first|last|one's|own|context|motives?|evidence|criteria|barriers?|names? of|"
    r"limits?|conditions|situational|emotional|both|each|all|most|at|in|for|on|with)\b",
    re.IGNORECASE,
)
_TELLING = re.compile(r"(?:what|how|why|when|where|who|whose|whom|which|whether)\b", re.IGNORECASE)
_GIVEN = re.compile(r"(?:an?|one|two|another|at least)\s", re.IGNORECASE)
_THIRD = re.compile(
    r"\b(?:participants?|persons?|respondents?|interviewees?|facilitator|he|she|his|her|him|answers?|says?|stays?)\b",
    re.IGNORECASE,
)
_PERSONS = (
    (r"\b(?:the )?(?:participant|person)['’]s\b", "your"),
    (r"\bthemsel(?:ves|f)\b", "yourself"),
    (r"\btheirs\b", "yours"),
    (r"\btheir\b", "your"),
    (r"\b(?:they|them)\b", "you"),
)
_VERB_CHINESE = re.compile(
    r"^(?:可以|請|请|再|進一步|进一步|並|并|試著|试着)*(?:追問|追问|詢問|询问|探詢|探询|了解|探究|釐清|厘清|問|问)[：:]?"
)
_ASK_CHINESE = re.compile(r"^(?:可以)?(?:請|请)(?:對方|对方|參與者|参与者|他們|他们|他)?")
_PERSONS_CHINESE = re.compile(r"參與者|参与者|受訪者|受访者|對方|对方|他們|他们")


def probe_question(note: str, script: Script, turn: int) -> str:
    """The question that a note makes; empty where it makes none. `turn` tells which of the ways of asking is taken."""
    if not note or (script_of(note) == "en") != (script == "en"):
        return ""
    asked = [found.strip() for found in _SENTENCE.findall(note)]
    if asked:
        return one_question(_LABEL.sub("", asked[0]).strip('"“”「」 '))
    first = _FIRST.match(note.strip())
    bare = first[1].strip() if first else ""
    if not bare or len(bare) > LONGEST:
        return ""
    return _english(bare, turn) if script == "en" else _chinese(bare, script, turn)


def _english(note: str, turn: int) -> str:
    probing = VOICES["en"].probing
    bare = _CONDITION.sub("", note)
    if doing := _TO_DO.match(bare):
        wish = _addressed(doing[1])
        return "" if _THIRD.search(wish) else probing.please.format(more=wish)
    wish = _addressed(_VERB.sub("", bare))
    wish = re.sub(r"^about ", "", wish)
    if not wish or _THIRD.search(wish):
        return ""
    if _GIVEN.match(wish):
        return probing.give.format(more=_lowered(re.split(r"[,:;]", wish)[0]))
    if not _OPEN.match(wish) and bare == wish:
        return ""  # it begins with a word that may tell the facilitator to do something
    frames = probing.telling if _TELLING.match(wish) else probing.more
    return frames[turn % len(frames)].format(more=_lowered(wish))


def _chinese(note: str, script: Script, turn: int) -> str:
    probing = VOICES[script].probing
    bare = _CONDITION_CHINESE.sub("", note)
    asking = _ASK_CHINESE.match(bare)
    if asking and asking.end():
        wish = _PERSONS_CHINESE.sub("您", bare[asking.end() :])
        return probing.please.format(more=wish) if wish else ""
    wish = _PERSONS_CHINESE.sub("您", _VERB_CHINESE.sub("", bare))
    return probing.more[turn % len(probing.more)].format(more=wish) if wish else ""


def _addressed(text: str) -> str:
    """What is said of the participant, said to them."""
    for pattern, word in _PERSONS:
        text = re.sub(pattern, word, text, flags=re.IGNORECASE)
    return text


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:] if text[:2] != text[:2].upper() else text
