"""What the surroundings say, checked once at the start.

A default stands here only if it is safe in production and fit to be public. What is unsafe
is refused with one line that says what to set: a half-configured care app must not start.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url

from webapp.accounts.oidc import providers
from webapp.accounts.oidc.providers import Provider, UnfitProviders
from webapp.channels.gateway import Gateway, UnfitGateway
from webapp.core.keyring import Keys
from webapp.mailing.smtp import Smtp, Unfit

LEAST_SECRET = 32  # characters; token_urlsafe(32) gives 43
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
NOWHERE = (".invalid", ".test", ".example", ".localhost", ".local", "localhost", "example.com", "example.org")


class UnsafeSettings(RuntimeError):
    """The app refuses to start; the message says which setting and why."""


class Environment(StrEnum):
    DEMO = "demo"
    TEST = "test"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. URLs are SQLAlchemy's; `extra_push_origins` are origins such as https://127.0.0.1:9201."""

    environment: Environment
    database_url: str
    owner_url: str
    worker_url: str
    secret_key: str
    keys: Keys
    vapid_private_key: str
    vapid_older_keys: tuple[str, ...]  # of before: phones that subscribed under them are sent to under them
    vapid_subject: str
    extra_push_origins: frozenset[str]
    origin: str  # where people reach the app, such as https://naramig.example
    proxy: str  # the balancer's address, whose word on the client's address is taken; empty: nobody's is
    providers: tuple[Provider, ...]  # of identity: how somebody can sign in
    emergency_hours: int  # how long an emergency access stays open: at most a day
    log_names: bool  # whether the person reads staff's names in the log, beside role and unit
    smtp: (
        Smtp | None
    )  # how mail goes out: reminders, and that something waits on a work list; None: none does
    sms: Gateway | None  # how reminders go out as SMS; None: none does
    port: int
    metrics_port: int  # where the worker's figures are read, on this machine alone; 0: nowhere

    @property
    def invented_people(self) -> bool:
        """Whether the demo people and their one-press sign-in exist here."""
        return self.environment is not Environment.PRODUCTION

    @property
    def hosts(self) -> frozenset[str]:
        """The names, without port, under which the app answers."""
        named = frozenset({urlsplit(self.origin).hostname or ""})
        return named | LOOPBACK if self.invented_people else named

    @classmethod
    def read(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read the environment; raises UnsafeSettings."""
        env = os.environ if env is None else env
        environment = _environment(env)
        url = _required(env, "DATABASE_URL")
        settings = cls(
            environment=environment,
            database_url=_driver(url),
            owner_url=_driver(env.get("DATABASE_OWNER_URL") or url),
            worker_url=_driver(env.get("DATABASE_WORKER_URL") or url),
            secret_key=_secret(env),
            keys=_keys(env),
            vapid_private_key=_required(env, "VAPID_PRIVATE_KEY"),
            vapid_older_keys=_listed(env, "VAPID_OLDER_PRIVATE_KEYS"),
            vapid_subject=_subject(env, environment),
            extra_push_origins=_origins(env, environment),
            origin=_origin(env, environment),
            proxy=_proxy(env),
            providers=_providers(env, environment),
            emergency_hours=_emergency_hours(env),
            log_names=_yes_or_no(env, "NARAMIG_LOG_NAMES"),
            smtp=_smtp(env),
            sms=_sms(env),
            port=_port(env),
            metrics_port=_port(env, "NARAMIG_METRICS_PORT", "0", least=0),
        )
        _refuse_unfenced(settings)
        return settings


def _refuse_unfenced(settings: Settings) -> None:
    """Row-level security guards against the web's role only if it is not the owner's (docs/decisions)."""
    urls = (settings.database_url, settings.owner_url, settings.worker_url)
    production = settings.environment is Environment.PRODUCTION
    if production and any(url.startswith("sqlite") for url in urls):
        raise UnsafeSettings("DATABASE_URL: production needs PostgreSQL")
    web, owner, worker = (make_url(url).username for url in urls)
    if production and web == owner:
        raise UnsafeSettings("DATABASE_OWNER_URL: the owner of the tables needs a role of its own")
    if web == worker and web != owner:
        raise UnsafeSettings(
            "DATABASE_WORKER_URL: the worker needs a role of its own, since the web's is fenced"
        )


def _environment(env: Mapping[str, str]) -> Environment:
    try:
        return Environment(_required(env, "NARAMIG_ENV"))
    except ValueError:
        raise UnsafeSettings("NARAMIG_ENV must be demo, test or production") from None


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise UnsafeSettings(f"{name} is not set; `make run` makes a demo with everything in place")
    return value


def _driver(url: str) -> str:
    """The URL with the driver we ship: hosts hand out postgres:// and postgresql://."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def _secret(env: Mapping[str, str]) -> str:
    secret = _required(env, "SECRET_KEY")
    if len(secret) < LEAST_SECRET or len(set(secret)) < 10:
        raise UnsafeSettings(f"SECRET_KEY must be random and at least {LEAST_SECRET} characters long")
    return secret


def _keys(env: Mapping[str, str]) -> Keys:
    try:
        return Keys.read(_required(env, "NARAMIG_KEYS"))
    except ValueError as fault:
        raise UnsafeSettings(f"NARAMIG_KEYS: {fault}") from None


def _subject(env: Mapping[str, str], environment: Environment) -> str:
    """Whom a push service turns to when our sending goes wrong (RFC 8292, section 2.1)."""
    subject = _required(env, "VAPID_SUBJECT")
    if not subject.startswith(("mailto:", "https://")):
        raise UnsafeSettings("VAPID_SUBJECT must be a mailto: or https: address that push services can reach")
    if environment is Environment.PRODUCTION and not _is_reachable(subject):
        raise UnsafeSettings(
            "VAPID_SUBJECT: production needs a mailbox or page that somebody reads, such as mailto:drift@…"
        )
    return subject


def _is_reachable(subject: str) -> bool:
    """Whether a contact has a public name; whether somebody reads there, no program can know."""
    if subject.startswith("mailto:"):
        name, at, host = subject.removeprefix("mailto:").partition("@")
        if not (name and at):
            return False
    else:
        try:
            host = urlsplit(subject).hostname or ""
        except ValueError:
            return False
    host = host.lower().rstrip(".")
    return "." in host and not host.endswith(NOWHERE) and not host.rpartition(".")[2].isdigit()


def _origin(env: Mapping[str, str], environment: Environment) -> str:
    """Links in invitations, sign-in and passkeys are bound to it, and no other Host is answered."""
    if environment is Environment.PRODUCTION:
        origin = _required(env, "NARAMIG_ORIGIN").rstrip("/")
        if not (origin.startswith("https://") and _is_origin(origin)):
            raise UnsafeSettings(
                "NARAMIG_ORIGIN must be where people reach the app, such as https://naramig.example"
            )
        return origin
    origin = env.get("NARAMIG_ORIGIN", "").strip().rstrip("/") or f"http://localhost:{_port(env)}"
    if not _is_origin(origin):
        raise UnsafeSettings("NARAMIG_ORIGIN must be an origin such as https://naramig.example")
    return origin


def _proxy(env: Mapping[str, str]) -> str:
    address = env.get("NARAMIG_PROXY", "").strip()
    if not address:
        return ""
    try:
        return str(ip_address(address))
    except ValueError:
        raise UnsafeSettings("NARAMIG_PROXY must be the one address that the balancer calls from") from None


def _origins(env: Mapping[str, str], environment: Environment) -> frozenset[str]:
    listed = [origin.strip().rstrip("/") for origin in env.get("NARAMIG_EXTRA_PUSH_ORIGINS", "").split(",")]
    origins = frozenset(origin for origin in listed if origin)
    if origins and environment is Environment.PRODUCTION:
        raise UnsafeSettings("NARAMIG_EXTRA_PUSH_ORIGINS is for demo and test alone")
    for origin in origins:
        if not _is_origin(origin):
            raise UnsafeSettings("NARAMIG_EXTRA_PUSH_ORIGINS: origins such as https://127.0.0.1:9201")
    return origins


def _providers(env: Mapping[str, str], environment: Environment) -> tuple[Provider, ...]:
    path, is_production = env.get("NARAMIG_PROVIDERS", "").strip(), environment is Environment.PRODUCTION
    if not path:
        if is_production:
            raise UnsafeSettings("NARAMIG_PROVIDERS is not set: nobody could sign in; see docs/running.md")
        return ()
    try:
        return providers.read(Path(path), env, loopback=not is_production)
    except UnfitProviders as fault:
        raise UnsafeSettings(f"NARAMIG_PROVIDERS: {fault}") from None


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.path and parts.port != 0
        )
    except ValueError:  # half an IPv6 address, or a port that is no number
        return False


def _emergency_hours(env: Mapping[str, str]) -> int:
    text = env.get("NARAMIG_EMERGENCY_HOURS", "24")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 24:
        raise UnsafeSettings("NARAMIG_EMERGENCY_HOURS must be a number from 1 to 24")
    return int(text)


def _yes_or_no(env: Mapping[str, str], name: str) -> bool:
    said = env.get(name, "").strip() or "no"
    if said not in ("yes", "no"):
        raise UnsafeSettings(f"{name} must be yes or no")
    return said == "yes"


def _smtp(env: Mapping[str, str]) -> Smtp | None:
    address = env.get("NARAMIG_SMTP", "").strip()
    if not address:
        return None
    try:
        return Smtp.read(address, env.get("NARAMIG_MAIL_FROM", "").strip())
    except Unfit as fault:
        raise UnsafeSettings(f"NARAMIG_SMTP: {fault}") from None


def _sms(env: Mapping[str, str]) -> Gateway | None:
    address = env.get("NARAMIG_SMS", "").strip()
    if not address:
        return None
    try:
        return Gateway.read(address, env.get("NARAMIG_SMS_FROM", "").strip())
    except UnfitGateway as fault:
        raise UnsafeSettings(f"NARAMIG_SMS: {fault}") from None


def _listed(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in env.get(name, "").split(",") if each.strip())


def _port(env: Mapping[str, str], name: str = "PORT", default: str = "8000", *, least: int = 1) -> int:
    text = env.get(name, "").strip() or default
    if not text.isascii() or not text.isdigit() or not least <= int(text) < 65536:
        raise UnsafeSettings(f"{name} must be a number from {least} to 65535")
    return int(text)
