"""Sizes that more than one door keeps to, of what is sent and of an answer. The README and the API's documentation state them."""

BODY_BYTES = 1_000_000  # of a request
TEXT_BYTES = 350_000  # of UTF-8, any one text: an item of DynamoDB holds 400 KB
CONTENT_LIMIT = 10_000  # characters of one message
ANSWER_BYTES = 5_000_000  # of an answer: Lambda refuses to return more than 6 MB
