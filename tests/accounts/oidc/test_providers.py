"""The providers' file: what it may say, and that what is wrong stops the start with a line that tells what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import in_production, settings
from webapp.accounts.oidc.providers import ClaimMap, UnfitProviders, is_safe, read
from webapp.settings import Settings, UnsafeSettings

ENV = {"NARAMIG_BANKID_SECRET": "hush-hush"}
GOOD = """
[[provider]]
key = "bankid"
name = "BankID"
kind = "citizen"
issuer = "https://broker.example/oidc"
client_id = "naramig"
secret_from = "NARAMIG_BANKID_SECRET"
acr = ["http://id.elegnamnden.se/loa/1.0/loa3"]
[provider.claims]
number = "personalIdentityNumber"

[[provider]]
key = "siths"
name = "SITHS"
kind = "staff"
issuer = "https://idp.example/oidc"
client_id = "naramig-personal"
secret_from = "NARAMIG_BANKID_SECRET"
authenticates_by = "private_key_jwt"
acr = ["http://id.sambi.se/loa/loa3"]
scopes = ["personal", "commission"]
fresh_minutes = 0
userinfo = true
[provider.claims]
hsa_id = "employeeHsaId"
assignment = "commissionHsaId"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "providers.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_for_citizens_and_staff_is_read(tmp_path: Path) -> None:
    found = read(written(tmp_path, GOOD), ENV, loopback=False)
    bankid, siths = found
    assert (bankid.kind, bankid.scopes, bankid.secret) == ("citizen", ("openid",), "hush-hush")
    assert bankid.claims == ClaimMap(number="personalIdentityNumber")
    assert (siths.kind, siths.scopes) == ("staff", ("openid", "personal", "commission"))
    assert siths.fresh_minutes == 0
    assert siths.userinfo
    assert "hush" not in repr(found)


WRONG: dict[str, tuple[str, str, str]] = {
    "an issuer without TLS": ("https://broker.example/oidc", "http://broker.example/oidc", "issuer"),
    "an issuer with a question": ("https://broker.example/oidc", "https://broker.example/?a=b", "issuer"),
    "an issuer with a password": ("https://broker.example", "https://a:b@broker.example", "issuer"),
    "an issuer that is long": ("broker.example/oidc", "broker.example/" + "a" * 250, "issuer"),
    "another kind": ('kind = "citizen"', 'kind = "admin"', "kind"),
    "no kind": ('kind = "citizen"', "", "kind"),
    "a key for an address of its own": ('key = "bankid"', 'key = "Bank ID/"', "key"),
    "the same key twice": ('key = "siths"', 'key = "bankid"', "same key"),
    "the same name twice": ('name = "SITHS"', 'name = "BankID"', "same name"),
    "one issuer for both kinds": ("https://idp.example/oidc", "https://broker.example/oidc", "issuer"),
    "no level": ('acr = ["http://id.elegnamnden.se/loa/1.0/loa3"]', "acr = []", "acr"),
    "a level that is no list": ('acr = ["http://id.elegnamnden.se/loa/1.0/loa3"]', 'acr = "loa3"', "acr"),
    "no claim for the number": ('number = "personalIdentityNumber"', "", "number"),
    "no claim for the HSA-id": ('hsa_id = "employeeHsaId"', "", "hsa_id"),
    "a claim that is not known": ('number = "pers', 'nummer = "pers', "nummer"),
    "a word that is not known": ("userinfo = true", "user_info = true", "user_info"),
    "a secret in the file": ('secret_from = "NARAMIG_BANKID_SECRET"', 'secret = "x"', "secret"),
    "a secret that is not there": ("NARAMIG_BANKID_SECRET", "NARAMIG_OTHER", "NARAMIG_OTHER"),
    "minutes that are text": ("fresh_minutes = 0", 'fresh_minutes = "0"', "fresh_minutes"),
    "minutes that are true": ("fresh_minutes = 0", "fresh_minutes = true", "fresh_minutes"),
    "minutes before time": ("fresh_minutes = 0", "fresh_minutes = -1", "fresh_minutes"),
    "a yes that is text": ("userinfo = true", 'userinfo = "yes"', "userinfo"),
    "another way to say who we are": ("private_key_jwt", "none", "authenticates_by"),
    "no TOML": ("[[provider]]", "[[provider", "TOML"),
    "no provider": (GOOD[GOOD.index("[[provider]]") :], "", "provider"),
    "a provider that is text": (GOOD[GOOD.index("[[provider]]") :], 'provider = "x"', "provider"),
}


@pytest.mark.parametrize(("old", "new", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_in_the_file_is_said_by_name(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(UnfitProviders, match=said) as refused:
        read(written(tmp_path, GOOD.replace(old, new)), ENV, loopback=False)
    assert "hush" not in str(refused.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnfitProviders, match="cannot be read"):
        read(tmp_path / "none.toml", ENV, loopback=False)


@pytest.mark.parametrize(
    ("url", "loopback", "safe"),
    [
        ("https://broker.example/oidc", False, True),
        ("http://127.0.0.1:3000/oidc", True, True),
        ("http://localhost:3000", True, True),
        ("http://[::1]:3000", True, True),
        ("http://127.0.0.1:3000", False, False),
        ("http://127.0.0.1.example", True, False),
        ("http://192.168.0.1", True, False),
        ("ftp://127.0.0.1", True, False),
        ("https://", False, False),
        ("https://a.example#x", False, False),
        ("https://[::1", False, False),
        ("https://a.example:x", False, False),
        ("https://bröker.example", False, False),
    ],
)
def test_only_tls_is_safe_but_for_this_machine_when_trying_out(url: str, loopback: bool, safe: bool) -> None:
    assert is_safe(url, loopback) is safe


PRODUCTION: dict[str, Any] = {
    **in_production("postgresql://owner@db.example/naramig"),
    "NARAMIG_PROVIDERS": "",
    **ENV,
}


def test_production_does_not_start_without_a_provider(tmp_path: Path) -> None:
    with pytest.raises(UnsafeSettings, match="NARAMIG_PROVIDERS"):
        Settings.read(PRODUCTION)
    found = Settings.read({**PRODUCTION, "NARAMIG_PROVIDERS": str(written(tmp_path, GOOD))})
    assert [each.key for each in found.providers] == ["bankid", "siths"]


def test_production_refuses_an_issuer_on_its_own_machine_and_a_demo_takes_it(tmp_path: Path) -> None:
    text = GOOD.replace("https://broker.example", "http://127.0.0.1:3000")
    path = str(written(tmp_path, text))
    with pytest.raises(UnsafeSettings, match="NARAMIG_PROVIDERS: provider bankid: issuer must be https"):
        Settings.read({**PRODUCTION, "NARAMIG_PROVIDERS": path})
    found = Settings.read(
        {**PRODUCTION, "NARAMIG_ENV": "demo", "NARAMIG_PROVIDERS": path, "DATABASE_URL": "sqlite://"}
    )
    assert found.providers[0].issuer == "http://127.0.0.1:3000/oidc"


def test_a_demo_needs_no_provider() -> None:
    assert Settings.read(settings("sqlite://")).providers == ()
