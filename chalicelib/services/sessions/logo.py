"""A host's logo: a PNG of which nothing but the pixels is kept.

Its chunks are read and written by a library. Comments, times, profiles, and whatever else a file may carry, stay behind; the scanlines are
packed anew, each as long as the size of the picture says and no byte longer (https://www.w3.org/TR/png-3/#7Scanline). They are unpacked
up to that length only: a file that would unpack to gigabytes takes no more room than another one.
"""

import base64
import binascii
import hashlib
import io
import math
import struct
import zlib
from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct

from chalicelib.errors import Invalid

LOGO_BYTES = 100_000
LOGO_PIXELS = 1024 * 1024
_DATA_URL = "data:image/png;base64,"
_BEGINNING = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_FILTERS = 5  # kinds of them there are, from 0
_NAMED_BY = 32  # hexadecimal digits of a picture's digest


LogoRule = Literal["format", "size", "pixels"]


class LogoRefused(Invalid):
    """What is no logo, by the `rule` that it breaks: format, size or pixels."""

    def __init__(self, rule: LogoRule) -> None:
        self.rule = rule
        super().__init__(
            {
                "format": "branding.logo must be a PNG picture, in Base64",
                "size": f"branding.logo must be at most {LOGO_BYTES:,} bytes of PNG",
                "pixels": f"branding.logo must be at most {LOGO_PIXELS:,} pixels, which are 1,024 by 1,024",
            }[rule]
        )


class Logo(Struct, frozen=True):
    """A logo as it is stored, in Base64, by a name that follows from what is in it."""

    name: str
    image: str


def read_logo(given: str) -> Logo:
    """Returns the logo that a text holds: a PNG in Base64, also as an address that begins with `data:`. Raises LogoRefused."""
    try:
        data = base64.b64decode("".join(given.removeprefix(_DATA_URL).split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise LogoRefused("format") from error
    return make_logo(data)


def make_logo(data: bytes) -> Logo:
    """Returns the logo that a file holds. Raises LogoRefused for anything but a PNG, and for one that is too large."""
    import png

    if len(data) > LOGO_BYTES:
        raise LogoRefused("size")
    if not data.startswith(_BEGINNING):
        raise LogoRefused("format")
    try:
        made = _pack_anew(png.Reader(bytes=data))
    except (png.Error, zlib.error, EOFError) as error:
        raise LogoRefused("format") from error
    return Logo(hashlib.sha256(made).hexdigest()[:_NAMED_BY], base64.b64encode(made).decode())


def _pack_anew(reader: Any) -> bytes:
    import png

    reader.preamble()
    if not 0 < reader.width * reader.height <= LOGO_PIXELS:
        raise LogoRefused("pixels" if reader.width * reader.height else "format")
    packed = b"".join(content for tag, content in reader.chunks() if tag == b"IDAT")
    rows = list(_list_rows(reader))
    scanlines = zlib.decompressobj().decompress(packed, sum(rows))
    if len(scanlines) != sum(rows) or (reader.colormap and not reader.plte):
        raise LogoRefused("format")
    begins = 0
    for length in rows:
        if scanlines[begins] >= _FILTERS:
            raise LogoRefused("format")
        begins += length
    header = (reader.width, reader.height, reader.bitdepth, reader.color_type, 0, 0, reader.interlace)
    chunks = [(b"IHDR", struct.pack("!2I5B", *header))]
    chunks += [(b"PLTE", reader.plte)] if reader.colormap else []
    chunks += [(b"tRNS", reader.trns)] if reader.trns else []
    made = io.BytesIO()
    png.write_chunks(made, [*chunks, (b"IDAT", zlib.compress(scanlines, 9)), (b"IEND", b"")])
    return made.getvalue()


def _list_rows(reader: Any) -> Iterator[int]:
    """Yields how many bytes each scanline has, with the one that names its filter; of an interlaced picture, in each of its passes."""
    import png

    passes = png.adam7_generate(reader.width, reader.height) if reader.interlace else [[(0, 0, 1)] * reader.height]
    for each in passes:
        for x, _, step in each:
            pixels = -(-(reader.width - x) // step)
            yield 1 + math.ceil(pixels * reader.psize)
