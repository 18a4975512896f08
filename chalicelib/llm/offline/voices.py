"""The offline facilitator's languages."""

from collections.abc import Mapping

from chalicelib.llm.language import Script
from chalicelib.llm.offline.phrases import Phrases
from chalicelib.llm.offline.phrases_en import ENGLISH
from chalicelib.llm.offline.phrases_hans import SIMPLIFIED
from chalicelib.llm.offline.phrases_hant import TRADITIONAL

VOICES: Mapping[Script, Phrases] = {"en": ENGLISH, "hant": TRADITIONAL, "hans": SIMPLIFIED}
