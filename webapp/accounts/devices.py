"""What kind of device somebody signed in on, in a few plain words: enough to know one's own, and no more.

The User-Agent itself is not kept. It says much about a phone, and anybody can write anything into it.
"""

from __future__ import annotations

MOST_READ = 400  # characters of a User-Agent that are looked at
UNKNOWN = "other"

# The first that is found counts: an iPad says "Mac" and an Android says "Linux" too.
_SYSTEMS = (
    ("iPhone", "iphone"),
    ("iPad", "ipad"),
    ("CrOS", "chromebook"),
    ("Windows", "windows"),
    ("Macintosh", "mac"),
    ("Linux", "linux"),
)
_BROWSERS = (
    ("SamsungBrowser/", "Samsung Internet"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


def kind_of(user_agent: str) -> str:
    """The device as "system/browser", such as "android-phone/Chrome"; each one of the few words above."""
    said = user_agent[:MOST_READ]
    browser = next((name for sign, name in _BROWSERS if sign in said), "")
    return f"{_system(said)}/{browser}"


def _system(said: str) -> str:
    if "Android" in said:
        return "android-phone" if "Mobile" in said else "android-tablet"
    return next((name for sign, name in _SYSTEMS if sign in said), UNKNOWN)
