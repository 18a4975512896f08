"""Browsers and systems are told by the names that they go by."""

import pytest

from chalicelib.text.user_agents import name_browser

MOZILLA = "Mozilla/5.0 "
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("agent", "named"),
    [
        (f"{MOZILLA}(Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0", ("Firefox", "Windows")),
        (f"{MOZILLA}(X11; Linux x86_64) {WEBKIT}Chrome/142.0.0.0 Safari/537.36", ("Chrome", "Linux")),
        (f"{MOZILLA}(Windows NT 10.0; Win64; x64) {WEBKIT}Chrome/142.0 Safari/537.36 Edg/142.0", ("Edge", "Windows")),
        (f"{MOZILLA}(Linux; Android 10; K) {WEBKIT}Chrome/142.0.0.0 Mobile Safari/537.36", ("Chrome", "Android")),
        (
            f"{MOZILLA}(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
            ("Safari", "macOS"),
        ),
        (
            f"{MOZILLA}(iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 Version/26.1 Mobile Safari/604.1",
            ("Safari", "iOS"),
        ),
        (
            f"{MOZILLA}(iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/142.0 Safari/604.1",
            ("Chrome", "iOS"),
        ),
        (f"{MOZILLA}(X11; CrOS x86_64 14541.0.0) {WEBKIT}Chrome/142.0 Safari/537.36 OPR/124.0", ("Opera", "ChromeOS")),
        ("curl/8.5.0", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_browser_is_named(agent: str, named: tuple[str, str]) -> None:
    assert name_browser(agent) == named
