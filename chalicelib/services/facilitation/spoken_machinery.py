"""Whether a message speaks of what only the facilitator knows of: pacing, turns, tags, tools, or the participant as of somebody else.

Models that think aloud do. It compares with a few forms and understands nothing, so it is made to miss rather than to accuse: what
the participant or the host wrote themselves is a word like any other.
"""

import re
from collections.abc import Iterable

from chalicelib.llm import tags
from chalicelib.text.normalise import fold

_FORMS = re.compile(
    r"\b(?:present_widget|facilitation_prompt|record_digest|write_prompt|widget_spec)\b|`conclude`|\bconclude\(|\bwidget=\""
    r"|</?(?:pacing|handling|guidance|themes?|said|widget|help|context|critical|facilitation_prompt)\b"
    r"|\b(?:turn|runde) \d+ (?:of|von|/) (?:about |etwa )?\d+"
    r"|\bpacing (?:says|tells|asks|shows|is at|tag|note)\b|\b(?:tool|function) calls?\b|\bsystem (?:prompt|message)\b"
    r"|\bcall(?:ing)? (?:the )?(?:tool )?conclude\b"
    r"|\A(?:okay|ok|so|now|hmm|well|alright)?[,. ]{0,3}(?:the|this) (?:(?:participant|respondent) (?:is|has|wants|did|does)"
    r"|(?:participant|respondent|user) (?:says|said|seems|asks|asked|gave|answered|just|mentioned))\b"
    r"|\b(?:appel|llamada)s? (?:d[e'’] ?outils?|a herramientas?|de herramientas?)\b|\bwerkzeugaufrufe?\b"
    r"|\A(?:okay|ok|also|nun|gut)?[,. ]{0,3}(?:der|die) (?:teilnehmer|teilnehmerin|nutzer|nutzerin)"
    r" (?:sagt|sagte|fragt|fragte|antwortet|will|hat)\b"
    # Chinese, in either script: a call, the prompt, a count of turns, the participant as of somebody else.
    r"|(?:调用|調用|呼叫|叫用)(?:工具|函数|函數|函式)|(?:工具|函数|函數|函式)(?:调用|調用|呼叫)|系统提示|系統提示"
    r"|第\s?\d+\s?[轮輪](?:[,,、/]|\s)?\s?(?:共|总共|總共|/)"
    r"|\A(?:好的?|嗯|那么|那麼)?[,,。\s]{0,3}(?:该|該|这位|這位|此)?(?:参与者|參與者|受访者|受訪者|用户|用戶)"
    r"(?:说|說|表示|想|问|問|提到|似乎|已经|已經|刚|剛)",
    re.ASCII,  # a Chinese character beside a name is an edge of it
)


def names_machinery(texts: Iterable[str], known: Iterable[str]) -> bool:
    """Says whether one of the texts of a message has such a form that none of the known texts has; those are read only then."""
    found = {it[0] for text in texts for it in _FORMS.finditer(fold(text))}
    for text in known if found else ():
        folded = fold(f"{text}\n{tags.unescape(text)}")  # as the message is read, which may copy what was escaped
        found = {form for form in found if form not in folded}
    return bool(found)
