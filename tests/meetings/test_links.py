"""Which addresses a meeting's link may have."""

from __future__ import annotations

import pytest

from webapp.meetings.links import MOST, is_safe


@pytest.mark.parametrize(
    "link",
    [
        "https://video.example.se/rum/1a2b",
        "https://video.example.se:443/rum?pin=1",
        "https://region-norr.example.se/%C3%A5",
    ],
)
def test_an_https_address_that_shows_where_it_leads_is_taken(link: str) -> None:
    assert is_safe(link)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "http://video.example.se/rum",
        "javascript:alert(1)",
        "data:text/html,x",
        "//video.example.se",
        "https:video.example.se",
        "https://",
        "https://localhost/rum",
        "https://10.0.0.1/rum",
        "https://[::1]/rum",
        "https://video.example.se:8443/rum",
        "https://1177.se@evil.example/rum",
        "https://video.example.se:x/",
        "https://vidéo.example.se/",
        'https://video.example.se/" onclick="x',
        "https://video.example.se/a b",
        "https://video.example.se/\n",
        "https://evil.example\\@1177.se/",
        "https://..se/",
        "https://video.example.se/" + "a" * MOST,
    ],
)
def test_anything_else_is_refused(link: str) -> None:
    assert not is_safe(link)
