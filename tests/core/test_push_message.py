"""What the phone reads, and that nobody on the way learns anything from it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.push_service.phone import octets
from tests.push_service.rules import Fault, check_vapid
from webapp.core.push import PAYLOAD_OCTETS, Message, Vapid, new_private_key, payload

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
words = st.text(st.characters(codec="utf-8"), max_size=80)


@given(words, words, st.dictionaries(words, words, max_size=2))
def test_every_message_has_the_same_size_and_says_what_it_should(
    title: str, tag: str, data: dict[str, str]
) -> None:
    body = payload(title, "smj", "https://x.example/s/abc", tag, data=data)
    assert len(body) == PAYLOAD_OCTETS
    read = json.loads(body)
    assert read["web_push"] == 8030
    notice = read["notification"]
    assert (notice["title"], notice["tag"], notice["lang"]) == (title, tag, "smj")
    assert notice.get("data", {}) == data


def test_the_buttons_travel_in_declarative_form() -> None:
    done = {"action": "done", "title": "Klar", "navigate": "https://x.example/s/abc?klar"}
    read = json.loads(payload("Du har en påminnelse", "sv", "https://x.example/s/abc", "t", actions=[done]))
    assert read["notification"] == {
        "title": "Du har en påminnelse",
        "lang": "sv",
        "dir": "ltr",
        "navigate": "https://x.example/s/abc",
        "tag": "t",
        "actions": [done],
    }


def test_a_notice_too_long_for_the_one_size_is_refused_and_never_sent_larger() -> None:
    with pytest.raises(ValueError, match="at most 2048 octets"):
        payload("å" * 1000, "sv", "https://x.example/", "t")


@pytest.mark.parametrize("topic", ["", "a" * 33, "a b", "å", "a\r\nX: y"])
def test_a_topic_that_no_service_takes_is_refused(topic: str) -> None:
    with pytest.raises(ValueError, match="topic"):
        Message("https://fcm.googleapis.com/x", b"", b"", b"", 60, topic)


def test_our_name_is_signed_once_and_anew_at_half_its_life() -> None:
    vapid = Vapid(new_private_key(), "mailto:drift@example.se")
    first = vapid.authorization("https://web.push.apple.com", NOW)
    assert vapid.authorization("https://web.push.apple.com", NOW + timedelta(hours=5, minutes=59)) == first
    assert vapid.authorization("https://web.push.apple.com", NOW + timedelta(hours=6)) != first
    assert vapid.authorization("https://fcm.googleapis.com", NOW) != first


def test_our_name_ends_within_a_day_and_is_for_one_service_alone() -> None:
    vapid = Vapid(new_private_key(), "mailto:drift@example.se")
    header = vapid.authorization("https://web.push.apple.com", datetime.now(UTC))
    check_vapid(header, "https://web.push.apple.com", vapid.public_key)
    with pytest.raises(Fault, match="somebody else"):
        check_vapid(header, "https://fcm.googleapis.com", vapid.public_key)
    claims = json.loads(octets(header.split(".")[1]))
    assert claims["sub"] == "mailto:drift@example.se"


def test_a_key_comes_back_the_same_when_the_worker_starts_again() -> None:
    key = new_private_key()
    assert Vapid(key, "mailto:a@example.se").public_key == Vapid(key, "mailto:a@example.se").public_key


@pytest.mark.parametrize(
    ("key", "subject"),
    [("", "mailto:a@example.se"), ("x" * 42, "mailto:a@example.se"), ("A" * 43, "mailto:a@example.se")]
    + [(new_private_key(), subject) for subject in ("", "a@example.se", "http://example.se")],
    ids=["no key", "short key", "zero key", "no subject", "bare address", "not encrypted"],
)
def test_an_unfit_key_or_name_stops_the_start(key: str, subject: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - some from the library, all before anything is sent
        Vapid(key, subject)
