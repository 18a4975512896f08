"""The questions in a facilitation prompt: the numbered ones of a tailored prompt, or the lines of a host's own text that ask."""

import re
from dataclasses import dataclass

_HEADING = re.compile(r"^\s*#+\s*(.*?)\s*#*$")
_ITEM = re.compile(
    r"^\s*(?:[-*+•‧・]\s|\(?\d{1,2}(?:[.)、．:]|\s-\s)|[（(]?[一二三四五六七八九十]{1,3}[、.)）]|(?:Q|問題|"
    r"问题)\s?\d{1,2}[.:：)]|[a-h]\))\s*(.+)$"
)
_PROBE = re.compile(
    r"^\s*(?:[-*+•]\s*)?\**(?:probes?|follow[- ]?ups?|追問|"
    r"追问)\**\s*[:：]\**\s*(.+)$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r".+?(?:[?？]+|[.!。！]+(?=\s|$|[\u4e00-\u9fff])|$)")
_INSTRUCTION = re.compile(
    r"(?:first |then |next |finally |also |please )*(?:ask|probe|find|explore|start|begin|if|when|dig|make|"
    r"cover|invite|let|note|welcome|explain|"
    r"encourage|listen|follow|introduce|greet|thank|close|end|wrap|summari[sz]e|use|try|keep|remember|have|get|"
    r"tell)\b|"
    r"(?:先|再|然後|然后|接著|接着|最後|最后)?(?:請|请|詢問|询问|問|问|追問|追问|如果|若|歡迎|欢迎|說明|说明|"
    r"鼓勵|鼓励|了解|探討|探讨)",
    re.IGNORECASE,
)
_FORBIDDING = re.compile(r"(?:do not|don['’]t|never|avoid)\b(?! you)|不要|別|别|避免|切勿", re.IGNORECASE)
_PROBING = re.compile(r"(?:then )?(?:probe|follow up|dig|if )|追問|追问|若|如果", re.IGNORECASE)
_LABEL = re.compile(r"^[^:：?？]{1,40}[:：]\s*(?=\S)")
_SCALE = re.compile(r"scale|from \d|\d", re.IGNORECASE)
_QUOTED = re.compile(r"^[\"“「『‘']\s*(.+?)\s*[\"”」』’']$")
_ASKS_MARK = re.compile(r"[?？]")
_LOWERED = re.compile(
    r"(?:And|Or|But|If|So|What|Why|How|Which|Who|Where|When|Is|Are|Was|Were|Do|Does|Did|Can|Could|Would|Should|"
    r"Will|Has|Have|"
    r"For|In|On|At|To|Any|The|That|This|It|They|We|You|Your|Please)\b"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A question of the prompt, and what it says to probe for."""

    question: str
    probe: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """The questions in order. `tailored` is a prompt in the form that the service writes, which has thought of what is critical."""

    questions: tuple[Listed, ...]
    tailored: bool = False


def read_guide(prompt: str) -> Guide:
    """The questions of a facilitation prompt; none where it lists none."""
    lines = prompt.splitlines()
    if section := _section(lines):
        return Guide(tuple(_listed(section, all_items=True)), tailored=True)
    return Guide(tuple(_listed(lines, all_items=False)))


def one_question(text: str) -> str:
    """A text with several question marks as one question: the others become the pauses that they are in speech."""
    text = " ".join(text.split())
    places = [match.start() for match in _ASKS_MARK.finditer(text)]
    if not places:
        return text
    for place in reversed(places[:-1]):
        rest = text[place + 1 :]
        if text[place] == "？":
            text = f"{text[:place]}，{rest.lstrip(' ？?')}"
        else:
            rest = rest.lstrip(" ?？")
            text = f"{text[:place]}, {rest[0].lower() + rest[1:] if _LOWERED.match(rest) else rest}"
    return text


def _section(lines: list[str]) -> list[str]:
    """What stands under the heading "Questions" between "Opening" and "Closing"."""
    named = [(place, found[1].lower()) for place, line in enumerate(lines) if (found := _HEADING.match(line))]
    if [name for _, name in named] != ["opening", "questions", "closing"]:
        return []
    return lines[named[1][0] + 1 : named[2][0]]


def _listed(lines: list[str], *, all_items: bool) -> list[Listed]:
    found: list[Listed] = []
    for line in lines:
        if probe := _PROBE.match(line):
            if found:
                found[-1] = Listed(found[-1].question, found[-1].probe or probe[1].strip())
            continue
        item = _ITEM.match(line)
        listed = _question(item[1], all_items=all_items) if item else None
        if listed and listed.question not in [known.question for known in found]:
            found.append(listed)
    return found


def _question(item: str, *, all_items: bool) -> Listed | None:
    """The question of one item: what is to be said to the participant, without what is said to the facilitator."""
    plain = re.sub(r"\*\*|__|`", "", item).strip(" *_")
    if all_items:
        return Listed(one_question(plain))
    if not _ASKS_MARK.search(plain):
        return None
    parts = [part.strip() for part in _SENTENCE.findall(plain) if part.strip()]
    if any(_FORBIDDING.match(part) and _ASKS_MARK.search(part) for part in parts):
        return None
    last = max(place for place, part in enumerate(parts) if _ASKS_MARK.search(part))
    told = [part for part in parts[:last] if _ASKS_MARK.search(part) or not _INSTRUCTION.match(part)]
    asked = " ".join(_unlabelled(part) for part in (*told, parts[last]))
    rest = " ".join(parts[last + 1 :]).lstrip("\"”」’' ")
    probe = rest if _PROBING.match(rest) else ""
    return Listed(one_question(asked), probe) if len(asked) > 2 else None


def _unlabelled(part: str) -> str:
    """A sentence without the label in front of it ("Warm-up:", "Ask:") and the quotation marks around it."""
    label = _LABEL.match(part)
    if label and (_INSTRUCTION.match(part) or (len(label[0].split()) <= 4 and not _SCALE.search(label[0]))):
        part = part[label.end() :].strip()
    quoted = _QUOTED.match(part)
    return quoted[1] if quoted else part.strip('"“”「」')
