"""Limits of what people send that more than one door keeps. The README and the API's documentation state them."""

DEFAULT_RATE = 300  # requests a minute of a key that has no rate of its own
BODY_BYTES = 1_000_000  # of a request
TEXT_BYTES = 350_000  # of UTF-8, any one text: an item of DynamoDB holds 400 KB
CONTENT_LIMIT = 10_000  # characters of one message
