"""HTML for Telegram: what Markdown comes to, and how long texts become several messages."""

import re
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.services.delivery.telegram_html import (
    MOST_UNITS,
    escape,
    from_markdown,
    plain_parts,
    split,
    to_plain,
    units,
)

TAGS = {"b", "i", "s", "a", "code", "pre", "blockquote"}
WORDS = st.text(st.sampled_from("ab é漢😀&<>\"'.。!\n \u0301") | st.characters(exclude_categories=["Cs"]), max_size=60)
MARKED = st.recursive(
    WORDS.map(escape),
    lambda inside: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag.split(' ')[0]}>",
        st.sampled_from(["b", "i", "blockquote", 'a href="https://a.example/?b=1&amp;c=2"']),
        st.lists(inside, max_size=5),
    ),
    max_leaves=15,
)
MARKDOWN = st.lists(
    st.sampled_from(["**", "*", "_", "~~", "`", "```\n", "# ", "\n- ", "\n1. ", "\n> ", "\n\n", "\n", "  \n", "---"])
    | st.sampled_from(["[a](https://b.example)", "[a](javascript:b)", "![a](https://b.example)", "<b>", "&amp;", "]("])
    | WORDS,
    max_size=25,
).map("".join)


def open_tags(html: str) -> list[str]:
    """The tags that are open at the end. Fails where one is closed that is not the last, and for what is no tag and no entity."""
    opened: list[str] = []
    for closes, name in re.findall(r"<(/?)([a-z]+)(?: href=\"[^\"<>]*\")?>", html):
        assert name in TAGS
        if closes:
            assert opened.pop() == name
        else:
            opened.append(name)
    rest = re.sub(r"</?[a-z]+(?: href=\"[^\"<>]*\")?>", "", html)
    assert not set("<>") & set(rest)
    assert re.findall(r"&(?!amp;|lt;|gt;|quot;)", rest) == []
    return opened


def text_of(html: str) -> str:
    """What one reads, and nothing of addresses."""
    return unescape(re.sub(r"<[^<>]*>", "", html))


@given(MARKED, st.integers(2, 40))
def test_every_part_fits_and_closes_what_it_opens_and_no_word_is_lost(html: str, limit: int) -> None:
    parts = split(html, limit)
    for part in parts:
        assert open_tags(part) == []
        assert len(text_of(part)) <= units(text_of(part)) <= limit
        assert units(text_of(part)) == len(text_of(part).encode("utf-16-le")) // 2
    assert re.sub(r"\s", "", "".join(map(text_of, parts))) == re.sub(r"\s", "", text_of(html))
    assert all(text_of(part).strip() for part in parts) or not text_of(html).strip()


@given(MARKED, st.integers(2, 40))
def test_without_tags_it_fits_as_well(html: str, limit: int) -> None:
    parts = plain_parts(html, limit)
    assert all(units(part) <= limit for part in parts)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", to_plain(html))


@given(MARKDOWN)
@example("~~~~[a](https://b.example)")
def test_whatever_somebody_writes_becomes_html_that_telegram_takes(written: str) -> None:
    html = from_markdown(written)
    assert open_tags(html) == []
    assert re.findall(r'href="(?!https://b\.example)', html) == []
    letters = unescape(re.sub(r"\]\([^)]*\)", "", written))
    assert set(re.findall(r"[a-zé漢]", letters)) <= set(to_plain(html)) | {"b"}


def test_a_message_that_fits_stays_as_it_is() -> None:
    html = f"<b>{'😀' * (MOST_UNITS // 2)}</b>"
    assert split(html) == [html]
    assert split(html.replace("</b>", "!</b>")) == [html, "<b>!</b>"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("One thing.\n\nAnother. And\nmore of it", "One thing.\n\n"),
        ("One thing that\nends. Another and more", "One thing that\n"),
        ("One thing ends. Another and more of it", "One thing ends. "),
        ("一二三四五六七八九十一二三。四五六七八九十一二三四五", "一二三四五六七八九十一二三。"),
        ("One thing and another and more of it", "One thing and "),
        ("Onethingandanotherandmoreofit", "Onethingandanotherand"[:20]),
        ("So 😀😀😀😀😀😀😀😀😀😀", "So "),
    ],
)
def test_a_cut_is_where_a_reader_would_pause(text: str, first: str) -> None:
    assert split(text, 20)[0] == first


def test_what_is_open_at_a_cut_goes_on_in_the_next_part() -> None:
    link = '<a href="https://a.example/?b=1&amp;c=2">'
    assert split(f"<b>See {link}all of the results</a></b> &amp; more", 13) == [
        f"<b>See {link}all of </a></b>",
        f"<b>{link}the results</a></b> ",
        "&amp; more",
    ]


def test_markdown_is_shown_by_what_telegram_has() -> None:
    written = """\
# What *we* heard

Some **bold** words & a <b>tag</b>, ~~none~~ `x < y`
on two lines.

- one
- two
  1. inner

> said
> > and answered

```py
a < b
```

[Results](https://a.example/?b=1&c="2") and [a trap](tg://user?id=1)

[what]: this means"""
    assert (
        from_markdown(written)
        == """\
<b>What <i>we</i> heard</b>

Some <b>bold</b> words &amp; a &lt;b&gt;tag&lt;/b&gt;, <s>none</s> <code>x &lt; y</code>
on two lines.

• one
• two
   1. inner

<blockquote>said

and answered</blockquote>

<pre>py\na &lt; b</pre>

<a href="https://a.example/?b=1&amp;c=%222%22">Results</a> and a trap

[what]: this means"""
    )


def test_without_tags_an_address_is_shown_that_is_behind_other_words() -> None:
    html = from_markdown("**See** [the results](https://a.example/?b=1&c=2) or <https://b.example>")
    assert to_plain(html) == "See the results (https://a.example/?b=1&c=2) or https://b.example"
