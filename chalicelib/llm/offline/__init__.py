"""The offline model: no key, no network, the same answer every time. An honest demo, labelled as such wherever it
wrote something.

It reads what a real model would be shown, through the same tags, and calls the same tools. It does not understand; it
asks sensible questions, and it sorts and cuts what people wrote.
"""

from chalicelib.llm.offline.model import OfflineModel

__all__ = ["OfflineModel"]
