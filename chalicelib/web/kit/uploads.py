"""Forms with files, as browsers send them: `multipart/form-data` (RFC 7578)."""

import io

from chalice.app import Request
from msgspec import Struct

_KIND = "multipart/form-data"


class Upload(Struct, frozen=True):
    """What a form with files has: its fields, and the files by their fields. Where none was chosen, there is none."""

    fields: list[tuple[str, str]]
    files: dict[str, bytes]


def has_files(request: Request) -> bool:
    """Says whether a form may have files with it."""
    return content_type_of(request).partition(";")[0].strip().lower() == _KIND


def content_type_of(request: Request) -> str:
    """Returns what a request says of its body."""
    return str(request.headers.get("content-type", ""))


def read_upload(content_type: str, raw: bytes, most_fields: int) -> Upload:
    """Returns what was sent, all of it kept in memory. Raises ValueError for what is no such form."""
    import multipart

    _, options = multipart.parse_options_header(content_type)
    fields, files = [], {}
    try:
        parser = multipart.MultipartParser(
            io.BytesIO(raw),
            options.get("boundary", ""),
            part_limit=most_fields,
            spool_limit=len(raw),
            memory_limit=len(raw),
            disk_limit=0,
        )
        for part in parser:
            if part.filename is None:
                fields.append((part.name, part.raw.decode()))
            elif part.filename or part.raw:
                files[part.name] = part.raw
    except multipart.MultipartError as error:
        raise ValueError("The form could not be read") from error
    return Upload(fields, files)
