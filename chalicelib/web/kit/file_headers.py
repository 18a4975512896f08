"""Files to take away, as HTTP answers them."""

from chalicelib.text.file_names import content_disposition


def headers_of_file(name: str) -> dict[str, str]:
    """Returns the headers with which a browser saves a file, and neither shows it as a page of ours nor guesses what it is."""
    return {
        "Content-Disposition": content_disposition(name),
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        "X-Content-Type-Options": "nosniff",
    }
