"""The scripted provider: no key, no network, the same answer every time. A plain script, labelled as such wherever it wrote
something.

It puts prepared questions and keeps the answers as they were written. It neither understands, interprets nor rates
anything; what needs a language model is left undone, and a summary says so.
"""
