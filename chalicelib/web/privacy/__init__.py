"""The page about privacy: what becomes of what people say, in a session and on the whole site."""
