"""Pictures that a host may send as a logo, and some that only look so."""

import base64
import io
import random
import zlib
from typing import Any

import png

SECRET = b"taken at 60.17 N, 24.94 E"


def picture(width: int = 24, height: int = 10, **kind: Any) -> bytes:
    """A PNG of random pixels, of a kind that png.Writer knows."""
    writer = png.Writer(width, height, **kind)
    chance, drawn = random.Random(7), io.BytesIO()
    most = len(kind["palette"]) if "palette" in kind else 2**writer.bitdepth
    writer.write(drawn, [chance.choices(range(most), k=width * writer.planes) for _ in range(height)])
    return drawn.getvalue()


def chunks_of(data: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG."""
    return list(png.Reader(bytes=data).chunks())


def with_chunks(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of these chunks."""
    made = io.BytesIO()
    png.write_chunks(made, chunks)
    return made.getvalue()


def pixels_of(data: bytes) -> list[list[int]]:
    """What is to be seen in a PNG."""
    return [list(row) for row in png.Reader(bytes=data).asDirect()[2]]


def carrying_secrets(data: bytes) -> bytes:
    """The same picture with a comment, a place, and more behind its pixels than they are."""
    header, *_, end = chunks_of(data)
    packed = b"".join(content for tag, content in chunks_of(data) if tag == b"IDAT")
    longer = zlib.compress(zlib.decompress(packed) + SECRET)
    said = [(b"tEXt", b"Comment\0" + SECRET), (b"eXIf", SECRET)]
    return with_chunks(header, *said, (b"IDAT", longer[:9]), (b"IDAT", longer[9:]), end) + SECRET


LOGO = base64.b64encode(picture(greyscale=False)).decode()
