"""Which push subscriptions we keep, and where we may send."""

import base64
import string

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from tests.push_service.phone import Phone, text
from webapp.core.push import BadSubscription, Reason, check_subscription
from webapp.core.push.subscription import HOST_ENDINGS, HOSTS, extra, place

KEYS = Phone().keys
GOOD = [
    "https://fcm.googleapis.com/fcm/send/dXp3:APA91bH-_x",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAAA",
    "https://web.push.apple.com/QGFv-3",
    "https://wns2-db5p.notify.windows.com/w/?token=BQYAAAB%2bc%3d",
]


def refused(endpoint: object, p256dh: object = KEYS["p256dh"], auth: object = KEYS["auth"]) -> Reason:
    with pytest.raises(BadSubscription) as caught:
        check_subscription(endpoint, p256dh, auth, {"http://127.0.0.1:9300", "https://127.0.0.1:9201"})
    return caught.value.reason_code


@pytest.mark.parametrize("endpoint", GOOD)
def test_what_the_known_phones_send_is_kept_as_it_is(endpoint: str) -> None:
    checked = check_subscription(endpoint, KEYS["p256dh"], KEYS["auth"], ())
    assert checked.endpoint == endpoint
    assert checked.origin == str(URL(endpoint).origin())
    assert (len(checked.p256dh), len(checked.auth)) == (65, 16)


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        (None, Reason.ENDPOINT_TYPE),
        (7, Reason.ENDPOINT_TYPE),
        ("", Reason.ENDPOINT_SCHEME),
        ("javascript:alert(1)", Reason.ENDPOINT_SCHEME),
        ("ftp://fcm.googleapis.com/x", Reason.ENDPOINT_SCHEME),
        ("http://fcm.googleapis.com/x", Reason.ENDPOINT_SCHEME),
        ("https://fcm.googleapis.com/" + "x" * 1000, Reason.ENDPOINT_LENGTH),
        ("https://fcm.googleapis.com", Reason.ENDPOINT_FORM),
        ("https:///x", Reason.ENDPOINT_FORM),
        ("https://:443/x", Reason.ENDPOINT_FORM),
        ("https://fcm.googleapis.com:99999/x", Reason.ENDPOINT_FORM),
        ("https://fcm.googleapis.com/x y", Reason.ENDPOINT_FORM),
        ("https://fcm.googleapis.com/x\r\nX: y", Reason.ENDPOINT_FORM),
        ("https://fcm.googleapis.com/x\n", Reason.ENDPOINT_FORM),
        (" https://fcm.googleapis.com/x", Reason.ENDPOINT_SCHEME),
        ("https://fcm.googleapis.com/å", Reason.ENDPOINT_FORM),
        ("https://fcm.googleapis.com/x#part", Reason.ENDPOINT_FORM),
        ("https://fcm.googleapis.com?/x", Reason.ENDPOINT_FORM),
        ("https://evil.example\\@fcm.googleapis.com/x", Reason.ENDPOINT_FORM),
        ("https://evil.example#@fcm.googleapis.com/x", Reason.ENDPOINT_FORM),
        ("https://evil.example?@fcm.googleapis.com/x", Reason.ENDPOINT_FORM),
        ("https://fcm.googleapis.com@evil.example/x", Reason.ENDPOINT_USERINFO),
        ("https://user:word@fcm.googleapis.com/x", Reason.ENDPOINT_USERINFO),
        ("https://@fcm.googleapis.com/x", Reason.ENDPOINT_USERINFO),
        ("https://fcm.googleapis.com:8443/x", Reason.ENDPOINT_PORT),
        ("https://web.push.apple.com:80/x", Reason.ENDPOINT_PORT),
        ("https://evil.example/x", Reason.ENDPOINT_HOST),
        ("https://evil.example/@fcm.googleapis.com/x", Reason.ENDPOINT_HOST),
        ("https://evilfcm.googleapis.com/x", Reason.ENDPOINT_HOST),
        ("https://a.fcm.googleapis.com/x", Reason.ENDPOINT_HOST),
        ("https://fcm.googleapis.com.evil.example/x", Reason.ENDPOINT_HOST),
        ("https://fcm.googleapis.com./x", Reason.ENDPOINT_HOST),
        ("https://push.apple.com/x", Reason.ENDPOINT_HOST),
        ("https://.push.apple.com/x", Reason.ENDPOINT_HOST),
        ("https://evilpush.apple.com/x", Reason.ENDPOINT_HOST),
        ("https://web.push.apple.com.evil.example/x", Reason.ENDPOINT_HOST),
        ("https://evil_.push.apple.com/x", Reason.ENDPOINT_HOST),
        ("https://evil%2e.push.apple.com/x", Reason.ENDPOINT_HOST),
        ("https://xn--pple-43d.push.xn--pple-43d.com/x", Reason.ENDPOINT_HOST),
        ("https://ｆcm.googleapis.com/x", Reason.ENDPOINT_FORM),
        ("https://web。push。apple。com/x", Reason.ENDPOINT_FORM),
        ("https://127.0.0.1/x", Reason.ENDPOINT_HOST),
        ("https://127.0.0.1:9202/x", Reason.ENDPOINT_HOST),
        ("http://127.0.0.1:9201/x", Reason.ENDPOINT_SCHEME),
        ("https://127.0.0.1:9300/x", Reason.ENDPOINT_HOST),
        ("https://2130706433/x", Reason.ENDPOINT_HOST),
        ("https://[::1]/x", Reason.ENDPOINT_HOST),
        ("https://localhost/x", Reason.ENDPOINT_HOST),
        ("https://169.254.169.254/latest/meta-data/", Reason.ENDPOINT_HOST),
    ],
)
def test_an_address_that_is_no_push_service_is_refused(endpoint: object, reason: Reason) -> None:
    assert refused(endpoint) is reason


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9300/push/1", "https://127.0.0.1:9201/push/1"])
def test_an_extra_origin_is_let_in_for_demo_and_test(endpoint: str) -> None:
    origins = {"http://127.0.0.1:9300", "https://127.0.0.1:9201/"}
    assert check_subscription(endpoint, KEYS["p256dh"], KEYS["auth"], origins).endpoint == endpoint


def test_one_address_written_in_two_ways_is_one_subscription() -> None:
    checked = check_subscription("HTTPS://FCM.GoogleApis.com:443/Send/X", KEYS["p256dh"], KEYS["auth"], ())
    assert checked.endpoint == "https://fcm.googleapis.com/Send/X"
    assert checked.origin == "https://fcm.googleapis.com"


@pytest.mark.parametrize(
    "origin",
    ["", "127.0.0.1:9201", "//h", "ftp://h", "https://h/path", "https://h?q", "https://u@h", "https://h:x"],
)
def test_a_setting_that_names_no_origin_stops_the_start(origin: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - from the parser or from us
        extra([origin])


@given(st.text(alphabet=string.printable + "åß。．＠／", max_size=60), st.sampled_from(GOOD))
def test_whatever_is_written_an_allowed_address_leads_to_an_allowed_host(odd: str, good: str) -> None:
    for endpoint in (
        odd,
        "https://" + odd,
        good[:24] + odd + good[24:],
        good.replace("/", odd, 3),
        good + odd,
    ):
        try:
            origin, address = place(endpoint, frozenset())
        except BadSubscription:
            continue
        url = URL(address, encoded=True)
        host = url.raw_host or ""
        assert url.scheme == "https"
        assert url.port == 443
        assert url.raw_user is None
        assert host in HOSTS or host.endswith(HOST_ENDINGS)
        assert origin == f"https://{host}"
        assert address.isascii()
        assert address.isprintable()


def _point(form: PublicFormat) -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, form)


def _bad_points() -> dict[str, object]:
    good = _point(PublicFormat.UncompressedPoint)
    other_curve = ec.generate_private_key(ec.SECP384R1()).public_key()
    return {
        "missing": None,
        "a number": 65,
        "a list": [1, 2],
        "empty": "",
        "padded": text(good) + "=",
        "with the other alphabet": text(b"\x04" + b"\xff" * 64).replace("_", "/"),
        "with a space": text(good)[:40] + " " + text(good)[41:],
        "with a line break": text(good)[:-1] + "\n",
        "not ASCII": text(good)[:-1] + "å",
        "too short": text(good[:-1]),
        "too long": text(good + b"\0"),
        "off the curve": text(good[:-1] + bytes([good[-1] ^ 1])),
        "nothing but zeros": text(b"\x04" + bytes(64)),
        "compressed": text(_point(PublicFormat.CompressedPoint)),
        "compressed and filled up": text(_point(PublicFormat.CompressedPoint) + bytes(32)),
        "hybrid": text(bytes([6 + good[-1] % 2]) + good[1:]),
        "of another curve": text(other_curve.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)),
        "with spare bits set": text(good)[:-1] + "_",
    }


@pytest.mark.parametrize("what", _bad_points())
def test_a_key_that_is_no_point_on_the_curve_is_refused(what: str) -> None:
    assert refused(GOOD[0], p256dh=_bad_points()[what]) is Reason.P256DH


@pytest.mark.parametrize(
    "auth",
    [
        None,
        5,
        "",
        "AAAA",
        text(bytes(15)),
        text(bytes(17)),
        text(bytes(16)) + "==",
        "A" * 21 + "B",
        "A" * 21 + "+",
    ],
)
def test_a_secret_of_other_than_sixteen_octets_is_refused(auth: object) -> None:
    assert refused(GOOD[0], auth=auth) is Reason.AUTH


@given(st.binary(min_size=16, max_size=16))
def test_every_secret_of_sixteen_octets_comes_back_whole(secret: bytes) -> None:
    written = base64.urlsafe_b64encode(secret).rstrip(b"=").decode()
    assert check_subscription(GOOD[0], KEYS["p256dh"], written, ()).auth == secret


def test_a_refusal_does_not_repeat_the_address() -> None:
    with pytest.raises(BadSubscription) as caught:
        check_subscription("https://evil.example/secret", KEYS["p256dh"], KEYS["auth"], ())
    assert "evil" not in str(caught.value)
