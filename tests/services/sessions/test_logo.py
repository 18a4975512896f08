"""A logo: of whatever kind of PNG it is, its pixels and nothing else are kept."""

import base64
import struct
import tracemalloc
import zlib

import pytest

from chalicelib.services.sessions.logo import LOGO_BYTES, LogoRefused, make_logo, read_logo
from tests.example_tables import each_row
from tests.logos import SECRET, carrying_secrets, chunks_of, picture, pixels_of, with_chunks

PALETTE = [(1, 2, 3, 4), (250, 0, 9), (7, 70, 200)]


@each_row(
    "kind",
    [
        {"greyscale": False},
        {"greyscale": False, "alpha": True, "interlace": True},
        {"greyscale": True, "bitdepth": 1, "interlace": True},
        {"greyscale": True, "bitdepth": 16, "alpha": True},
        {"palette": PALETTE, "bitdepth": 2},
        {"palette": PALETTE, "bitdepth": 8, "interlace": True},
        {"greyscale": False, "transparent": (1, 2, 3)},
    ],
)
def test_pixels_stay_and_nothing_else_does(kind: dict[str, object]) -> None:
    for width, height in ((24, 10), (1, 1), (5, 33)):
        plain = picture(width, height, **kind)
        header, *rest = chunks_of(plain)
        hidden = plain if "palette" in kind or "transparent" in kind else carrying_secrets(plain)
        made = base64.b64decode(make_logo(hidden).image)
        assert pixels_of(made) == pixels_of(plain)
        assert {tag for tag, _ in chunks_of(made)} <= {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
        assert SECRET not in made
        assert SECRET not in zlib.decompress(dict(chunks_of(made))[b"IDAT"])
        assert make_logo(made) == make_logo(hidden), "what was kept is kept as it is"
        assert read_logo(f"data:image/png;base64,{base64.encodebytes(hidden).decode()}") == make_logo(hidden)
        assert (header, bool(rest)) == (chunks_of(made)[0], True)


def header_of(width: int, height: int, depth: int = 8, color: int = 6) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack("!2I5B", width, height, depth, color, 0, 0, 0)


END = (b"IEND", b"")
ROW = b"\0" + bytes(4)


@each_row(
    "data, rule",
    [
        (b"", "format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "format"),
        (b"\xff\xd8\xff\xe0JFIF", "format"),
        (b"GIF89a", "format"),
        (picture()[:-20], "format"),
        (picture()[:40] + b"x" + picture()[41:], "format"),
        (with_chunks(header_of(1, 1), END), "format"),
        (with_chunks(header_of(1, 1), (b"IDAT", b"no zlib"), END), "format"),
        (with_chunks(header_of(1, 1), (b"IDAT", zlib.compress(ROW[:-1])), END), "format"),
        (with_chunks(header_of(1, 1), (b"IDAT", zlib.compress(b"\5" + ROW[1:])), END), "format"),
        (with_chunks(header_of(1, 1, color=3), (b"IDAT", zlib.compress(b"\0\0")), END), "format"),
        (with_chunks(header_of(1, 1, depth=3), (b"IDAT", zlib.compress(ROW)), END), "format"),
        (with_chunks(header_of(0, 9), (b"IDAT", zlib.compress(b"")), END), "format"),
        (with_chunks((b"bKGD", b"\0"), header_of(1, 1), END), "format"),
        (with_chunks(header_of(1_025, 1_024), (b"IDAT", zlib.compress(ROW)), END), "pixels"),
        (with_chunks(header_of(2**31, 2**31), (b"IDAT", zlib.compress(ROW)), END), "pixels"),
        (picture(200, 200, greyscale=False), "size"),
    ],
)
def test_what_is_no_logo_is_refused(data: bytes, rule: str) -> None:
    with pytest.raises(LogoRefused) as refused:
        make_logo(data)
    assert refused.value.rule == rule


def test_a_bomb_is_unpacked_no_further_than_its_size_says() -> None:
    bomb = with_chunks(header_of(1, 1), (b"IDAT", zlib.compress(bytes(50_000_000), 9)), END)
    assert len(bomb) < LOGO_BYTES
    tracemalloc.start()
    try:
        made = base64.b64decode(make_logo(bomb).image)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(made) < 100, most < 1_000_000) == (True, True)
