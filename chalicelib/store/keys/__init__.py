"""Keys: the only place that knows how items are named, by the table they are in. Who reads and writes them:
`docs/access-patterns.md`. Whose each is and when it goes: `item_kinds`.
"""

from chalicelib.store.keys.accounts import *
from chalicelib.store.keys.attributes import *
from chalicelib.store.keys.conversations import *
from chalicelib.store.keys.guards import *
from chalicelib.store.keys.projects import *
from chalicelib.store.keys.sessions import *
from chalicelib.store.keys.shared import *
from chalicelib.store.keys.telegram import *
