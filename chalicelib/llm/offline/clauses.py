"""Where an English sentence may be cut, so that what is left says what its writer said.

A part begins where the sentence begins, or behind "and" or "but" where another main clause begins there and nothing
before it reaches over it (a condition, somebody else's opinion). It ends where a clause ends, and only before what neither
denies nor restricts it: what "but" follows is left out altogether.
"""

import re
from dataclasses import dataclass

MARK = "…"  # behind a part whose sentence goes on

_PRONOUN = (
    r"(?:i|i'm|i've|i'd|i'll|we|we're|we've|we'd|we'll|they|they're|there|it|it's|nobody|everybody|everyone|he|she)\b"
)
_NOUN = (
    r"(?:the|my|our|their|his|her|a|an|people|children|kids|parents|cars|drivers|cyclists|buses|residents|students|"
    r"teachers|every|each|most|many|some|no|in|at|on|last|today|now|this|these|those)\b"
)
_VERB = (
    r"(?:is|are|was|were|am|has|have|had|does|do|did|don't|doesn't|didn't|can|can't|cannot|could|couldn't|should|"
    r"shouldn't|must|will|won't|would|wouldn't|isn't|aren't|wasn't|weren't|haven't|hasn't|never|always|i'm|i've|i'd|"
    r"i'll|we're|we've|we'd|we'll|they're|it's|there's|goes|gets|makes|took|takes|keeps|says|went|came|got|felt|made|"
    r"lost|saw|became|becomes|left|broke|brings|brought|stopped|turned|helped|told|gave|knew|grew|fell|drove|rode|"
    r"ran|hit|need|needs|want|wants|scares|feels|seems|looks|likes?|loves?|hates?)\b"
)
_NEXT = re.compile(
    rf",?\s(?P<word>and|but)\s(?=(?P<noun>{_PRONOUN}|{_NOUN})(?P<rest>[^,;]*))",
    re.IGNORECASE,
)
_FINITE = re.compile(rf"\b{_VERB}", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(?:that|which|who|whom|whose|where|when|if|to)\b", re.IGNORECASE)
_REASON = re.compile(
    r"(?P<comma>,?)\s(?:because|since|so that|so(?=\s(?:i|we|they|it|there|people|everyone|the|our|my)\s))\s",
    re.IGNORECASE,
)
_HALF_REASON = re.compile(r"\b(?:just|only|not|simply|merely|mainly|partly|mostly|ever)$", re.IGNORECASE)
# What reaches over the rest of its sentence: conditions, pairs, and what is said, thought or wished.
_REACHING = re.compile(
    r"\b(?:if|unless|until|till|whether|when|whenever|while|whereas|although|though|even|once|before|after|provided|"
    r"assuming|suppose|supposing|imagine|as long|in case|either|neither|not only|not just|both|between|rather|instead|"
    r"that|which|who|whom|whose|what|where|why|how|than|except|nothing|anything|"
    r"(?:sa(?:ys?|id)|tell|tells|told|claim\w*|argue\w*|hear|heard|hopes?|fears?|wish\w*|pretend\w*|believes|thinks|thought|"
    r"assum\w+|doubt\w*|wonder\w*|asks?|asked|lets?|make|makes|made|sees?|saw|want|wants|wanted)|"
    r"(?:not|n't|never|they|people|some|many|others|who|used to|hardly) (?:really )?(?:think|believe|feel|know|mean))\b|"
    r"n't (?:really )?(?:think|believe|feel|know|mean)\b",
    re.IGNORECASE,
)
_OPENER = re.compile(
    r"(?:i (?:really |also )?(?:think|believe|feel|guess|suppose)|(?:and|but|so)) ", re.IGNORECASE
)  # said of oneself, it reaches over nothing
# What may not be cut off: it denies, restricts or turns what comes before it.
_HOLDING = re.compile(
    r"\b(?:not|no|never|nobody|none|nothing|without|hardly|neither|nor|cannot|except|excluding|unless|if|until|till|only|"
    r"but|yet|however|though|although|while|whereas|when|whenever|where|which|who|whose|as|than|that|rather|instead|or|otherwise|provided|"
    r"before|after|even|just|wrong|false|untrue|true|joke|joking|kidding|used|once|supposedly|allegedly|"
    r"they sa(?:y|id)|sa(?:y|id|ys)|is|are|was|were|would|should|could)\b|n't\b",
    re.IGNORECASE,
)
_BOUND_START = re.compile(
    r"(?:if|unless|until|when|whenever|while|although|though|because|since|as|after|before|once|instead|rather|without|"
    r"with|even|what|which|who|whoever|whether|where|how|by|for|to|in|at|on|from|during|having|not|given|despite|like|"
    r"either|neither|both|every time|each time|the (?:day|moment|time))\b",
    re.IGNORECASE,
)
_DENIAL = re.compile(r"\b(?:not|no|never|nobody|none|nothing|hardly|neither|nor|cannot)\b|n't\b", re.IGNORECASE)
_TURNING = re.compile(r"\b(?:but|unless|if|except|however|although|though|only|rather|instead)\b", re.IGNORECASE)
_ITEM = re.compile(
    r"(?:like|such as|including|especially|for example|for instance|mostly|mainly|i|we|it|they|there|the|my|our|their)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(r"(?:(?:well|all right|alright|ok|okay|hmm|um|uh|oh|hi|hello|hey)\s*[,!.]+\s+)+", re.IGNORECASE)
_LINK = re.compile(rf"(?:and|but|so)\s+(?={_PRONOUN}|{_NOUN})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """What can be quoted of a sentence. `open` tells that something was left off that belongs to it."""

    text: str
    open: bool = False

    @property
    def quotable(self) -> str:
        """The part with the mark of what was left off."""
        return self.text + MARK if self.open else self.text


def parts(sentence: str, whole: int, longest: int) -> list[Part]:
    """What can be quoted: the sentence where it has at most `whole` words, else each of its main clauses of at most `longest`."""
    found = []
    for piece in re.split(r"\s*;\s*", sentence):
        piece = _headless(piece)
        if len(piece.split()) <= whole:
            found.append(Part(piece))
            continue
        clauses = _main_clauses(piece)
        found += [part for clause in clauses if (part := _within(clause, longest))]
    return found


def _headless(piece: str) -> str:
    """Without a greeting or a link to the sentence before, where a clause of its own follows."""
    piece = _GREETING.sub("", piece.strip(), count=1) if _GREETING.match(piece.strip()) else piece.strip()
    link = _LINK.match(piece)
    return piece[link.end() :] if link and _is_clause(piece[link.end() :]) else piece


def _main_clauses(sentence: str) -> list[str]:
    """The sentence cut before each further main clause, without those that a "but" turns against."""
    found, start = [], 0
    for seam in _NEXT.finditer(sentence):
        before = sentence[start : seam.start()]
        if _is_seam(before, sentence[: seam.start()], seam):
            found += [before] if seam["word"].lower() == "and" else []
            start = seam.end()
    return [*found, sentence[start:]]


def _is_seam(before: str, head: str, seam: re.Match[str]) -> bool:
    comma = seam[0].startswith(",")
    plain = re.match(_PRONOUN, seam["noun"], re.IGNORECASE)
    following = seam["noun"] + seam["rest"]
    return bool(
        (plain or comma or seam["word"].lower() == "but")
        and _is_clause(before)
        and not _BOUND_START.match(before)
        and not _REACHING.search(_OPENER.sub("", head, count=1))
        and _is_clause(following)
    )


def _is_clause(text: str) -> bool:
    """Whether a text has a subject of its own and a verb to it."""
    bare = _OPENER.sub("", text, count=1)
    if re.match(_PRONOUN, bare, re.IGNORECASE):
        return len(bare.split()) > 1
    verb = _FINITE.search(bare)
    subject = bare[: verb.start()] if verb else ""
    return 0 < len(subject.split()) <= 7 and not _RELATIVE.search(subject)


def _within(clause: str, longest: int) -> Part | None:
    """The clause itself where it is short enough, else what comes before its reason, or before further items."""
    text = clause.strip(" ,")
    head = _before_reason(text)
    if not head and len(text.split()) <= longest:
        return Part(text)
    head = head or _before_items(text)
    return Part(head, open=True) if head and len(head.split()) <= longest else None


def _before_reason(text: str) -> str:
    """What stands before a reason or a purpose, where that is not what the sentence is about."""
    reason = _REASON.search(text)
    head = text[: reason.start()] if reason else ""
    if not reason or len(head.split()) < 3 or _BOUND_START.match(head) or _HALF_REASON.search(head):
        return ""
    sure = reason["comma"] or not _DENIAL.search(head)
    return head if sure and not _TURNING.search(text[reason.end() :]) else ""


def _before_items(text: str) -> str:
    """What stands before the first comma, where that is a clause and examples or more of the same follow."""
    head, _, tail = text.partition(", ")
    usable = len(head.split()) >= 4 and _is_clause(head) and not _BOUND_START.match(head)
    return head if usable and _ITEM.match(tail) and not _HOLDING.search(tail) else ""
