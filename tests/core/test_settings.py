"""A half-configured care app does not start, and says in one line what is missing."""

from __future__ import annotations

import pytest

from tests.conftest import in_production, settings
from webapp import create_app
from webapp.settings import Environment, Settings, UnsafeSettings

GOOD = settings("postgresql://owner@db.example/naramig")
KEY = "Zm9yIHRoZSB0ZXN0cyBhbG9uZTogMTIzNDU2Nzg5MCE"  # "for the tests alone: 1234567890!"
OTHER = "Zm9yIHRoZSB0ZXN0cyBhbG9uZTogMTIzNDU2Nzg5MD8"
PRODUCTION = in_production("postgresql://owner@db.example/naramig")


def test_what_is_in_place_is_read() -> None:
    found = Settings.read(
        {
            **GOOD,
            "PORT": "8123",
            "NARAMIG_EXTRA_PUSH_ORIGINS": " https://127.0.0.1:9201/, http://127.0.0.1:9300",
        }
    )
    assert found.environment is Environment.TEST
    assert (
        found.database_url
        == found.owner_url
        == found.worker_url
        == "postgresql+psycopg://owner@db.example/naramig"
    )
    assert found.extra_push_origins == {"https://127.0.0.1:9201", "http://127.0.0.1:9300"}
    assert found.port == 8123
    assert found.invented_people
    assert not Settings.read(PRODUCTION).invented_people


def test_it_answers_under_its_own_name_and_on_the_machine_itself_only_for_trying_out() -> None:
    assert Settings.read(PRODUCTION).hosts == {"naramig.example"}
    tried = Settings.read({**GOOD, "PORT": "8123"})
    assert tried.origin == "http://localhost:8123"
    assert tried.hosts == {"localhost", "127.0.0.1", "::1"}


def test_each_role_may_have_an_address_of_its_own() -> None:
    found = Settings.read(
        {**GOOD, "DATABASE_OWNER_URL": "postgres://o@db/x", "DATABASE_WORKER_URL": "postgresql://w@db/x"}
    )
    assert (found.owner_url, found.worker_url) == (
        "postgresql+psycopg://o@db/x",
        "postgresql+psycopg://w@db/x",
    )


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("value", [None, "", "   "])
def test_without_a_setting_it_says_which(name: str, value: str | None) -> None:
    env = {key: text for key, text in GOOD.items() if key != name}
    if value is not None:
        env[name] = value
    with pytest.raises(UnsafeSettings, match=name):
        Settings.read(env)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NARAMIG_ENV", "prod"),
        ("NARAMIG_ENV", "PRODUCTION"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 64),
        ("SECRET_KEY", "changeme" * 8),
        ("NARAMIG_KEYS", "1"),
        ("NARAMIG_KEYS", ","),
        ("NARAMIG_KEYS", KEY),
        ("NARAMIG_KEYS", f"1:{KEY},"),
        ("NARAMIG_KEYS", f"0:{KEY}"),
        ("NARAMIG_KEYS", f"-1:{KEY}"),
        ("NARAMIG_KEYS", f"\u0661:{KEY}"),
        ("NARAMIG_KEYS", f"1:{KEY[:-1]}"),
        ("NARAMIG_KEYS", f"1:{KEY}A"),
        ("NARAMIG_KEYS", f"1:{KEY[:-1]}+"),
        ("NARAMIG_KEYS", f"1:{KEY[:-1]}\u00e5"),
        ("NARAMIG_KEYS", f"1:{'A' * 43}"),
        ("NARAMIG_KEYS", f"1:{'QUJD' * 10}QUI"),
        ("NARAMIG_KEYS", f"1:{KEY},1:{OTHER}"),
        ("NARAMIG_KEYS", f"2:{KEY},1:{KEY}"),
        ("VAPID_SUBJECT", "somebody@example.org"),
        ("VAPID_SUBJECT", "http://example.org"),
        ("NARAMIG_ORIGIN", "naramig.example"),
        ("NARAMIG_PROXY", "balancer"),
        ("NARAMIG_PROXY", "10.0.0.0/8"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80a"),
        ("PORT", "٨٠"),
        ("PORT", "-1"),
        ("NARAMIG_EXTRA_PUSH_ORIGINS", "127.0.0.1:9201"),
        ("NARAMIG_EXTRA_PUSH_ORIGINS", "https://"),
        ("NARAMIG_EXTRA_PUSH_ORIGINS", "https://[::1"),
        ("NARAMIG_EXTRA_PUSH_ORIGINS", "https://a.example:x"),
        ("NARAMIG_EXTRA_PUSH_ORIGINS", "https://a.example/path"),
        ("NARAMIG_EXTRA_PUSH_ORIGINS", "ftp://a.example"),
    ],
)
def test_what_cannot_be_right_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(UnsafeSettings, match=name):
        Settings.read({**GOOD, name: value})


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"DATABASE_URL": "sqlite:///x.sqlite"}, "PostgreSQL"),
        ({"DATABASE_WORKER_URL": "sqlite:///x.sqlite"}, "PostgreSQL"),
        ({"DATABASE_OWNER_URL": "sqlite://"}, "PostgreSQL"),
        ({"DATABASE_OWNER_URL": ""}, "DATABASE_OWNER_URL"),
        ({"DATABASE_URL": "postgresql://owner@db.example/naramig"}, "DATABASE_OWNER_URL"),
        ({"NARAMIG_EXTRA_PUSH_ORIGINS": "https://127.0.0.1:9201"}, "demo and test alone"),
        ({"NARAMIG_ORIGIN": ""}, "NARAMIG_ORIGIN"),
        ({"NARAMIG_ORIGIN": "http://naramig.example"}, "NARAMIG_ORIGIN"),
        ({"NARAMIG_ORIGIN": "https://naramig.example/app"}, "NARAMIG_ORIGIN"),
        *(
            ({"VAPID_SUBJECT": nobody}, "VAPID_SUBJECT")
            for nobody in (
                "mailto:demo@naramig.invalid",
                "mailto:root@localhost",
                "mailto:@norrbotten.se",
                "mailto:drift",
                "mailto:a@example.org",
                "https://127.0.0.1/",
                "https://drift/",
                "https://[::1",
            )
        ),
    ],
)
def test_production_refuses_what_is_for_trying_out(more: dict[str, str], said: str) -> None:
    assert Settings.read(PRODUCTION).environment is Environment.PRODUCTION
    with pytest.raises(UnsafeSettings, match=said):
        Settings.read({**PRODUCTION, **more})


def test_a_worker_that_would_meet_the_web_s_fence_does_not_start() -> None:
    """It would find nothing due, and remind nobody."""
    for env in (PRODUCTION, {**PRODUCTION, "NARAMIG_ENV": "demo"}):
        with pytest.raises(UnsafeSettings, match="DATABASE_WORKER_URL"):
            Settings.read({**env, "DATABASE_WORKER_URL": ""})


@pytest.mark.parametrize("key", ["x", "A" * 43, "not base64 at all!"])
def test_a_push_key_that_is_none_stops_the_start(key: str) -> None:
    with pytest.raises(Exception, match=r"(?i)vapid|key"):
        create_app({**GOOD, "VAPID_PRIVATE_KEY": key})


def test_no_secret_stands_in_what_is_printed() -> None:
    with pytest.raises(UnsafeSettings) as refused:
        Settings.read({**GOOD, "SECRET_KEY": "aaaaaaaabbbbbbbb"})
    assert "aaaa" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("environment", ["demo", "test", "production"])
def test_without_a_key_for_the_texts_it_starts_nowhere(environment: str) -> None:
    env = {**PRODUCTION, "NARAMIG_ENV": environment}
    assert Settings.read({**env, "NARAMIG_KEYS": f"3:{KEY}, 1:{OTHER}="}).keys.newest.number == 3
    with pytest.raises(UnsafeSettings, match="makekeys"):
        Settings.read({**env, "NARAMIG_KEYS": f"1:{'B' * 43}"})


@pytest.mark.parametrize("bad", [f"1:{KEY},1:{OTHER}", f"1:{KEY},2:{OTHER[:-2]}", f"1:{KEY},2:{KEY}"])
def test_no_key_stands_in_what_is_printed(bad: str) -> None:
    with pytest.raises(UnsafeSettings) as refused:
        Settings.read({**GOOD, "NARAMIG_KEYS": bad})
    assert "Zm9y" not in str(refused.value)
    keys = Settings.read({**GOOD, "NARAMIG_KEYS": f"1:{KEY}"}).keys
    assert f"{keys!r} {keys.newest!r} {keys}" == "Keys(1) Key(1) Keys(1)"
