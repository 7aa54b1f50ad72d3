"""How often something may be tried: counted in the database, so that every web process counts together.

A view names its limit with `@limited`. Counting is the library `limits`' fixed window; where the counts lie is
ours. Who tries is the network address the server saw (never a header; see `NARAMIG_PROXY`), or the account. Only a
keyed hash of either is kept, and only until its window has passed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, wraps
from ipaddress import IPv6Address, ip_address
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, request
from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import LargeBinary, Table, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.exceptions import TooManyRequests

from webapp.core import access, clock, db

NETWORK_BITS = 64  # of an IPv6 address: a household has all the addresses of its /64

View = TypeVar("View", bound=Callable[..., Any])


class Tries(db.Base):
    """How many times one who tries has tried one thing in the window that ends at `until`."""

    __tablename__ = "tries"
    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)  # HMAC of what and who
    number: Mapped[int]
    until: Mapped[datetime] = mapped_column(index=True)


class InDatabase(Storage):
    """The counts of the library `limits`, in one session's transaction."""

    STORAGE_SCHEME = None

    def __init__(self, session: Session, secret: bytes) -> None:
        super().__init__()
        self._session, self._secret = session, secret

    @property
    def base_exceptions(self) -> type[Exception]:
        return Exception

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count a try; `expiry` is the window in seconds. One statement, so that two at once are both counted."""
        now = clock.now()
        dialect = self._session.get_bind().dialect.name
        table = cast(Table, Tries.__table__)
        insert = (postgresql if dialect == "postgresql" else sqlite).insert(table)
        passed = Tries.until <= now
        counted = (
            insert.values(key=self._hash(key), number=amount, until=now + timedelta(seconds=expiry))
            .on_conflict_do_update(
                index_elements=[Tries.key],
                set_={
                    "number": case((passed, amount), else_=Tries.number + amount),
                    "until": case((passed, insert.excluded.until), else_=Tries.until),
                },
            )
            .returning(table.c.number)
        )
        return int(self._session.execute(counted).scalar_one())

    def get(self, key: str) -> int:
        found = self._session.scalar(
            select(Tries.number).where(Tries.key == self._hash(key), Tries.until > clock.now())
        )
        return found or 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970; now, where there is none."""
        until = self._session.scalar(select(Tries.until).where(Tries.key == self._hash(key)))
        return max(until or clock.now(), clock.now()).timestamp()

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        """Forget the windows that have passed; those that run are never forgotten."""
        done = self._session.execute(
            delete(Tries).where(Tries.until <= clock.now()).returning(Tries.key)
        ).all()
        return len(done)

    def clear(self, key: str) -> None:
        self._session.execute(delete(Tries).where(Tries.key == self._hash(key)))

    def _hash(self, key: str) -> bytes:
        return hmac.digest(self._secret, key.encode("utf-8", "surrogatepass"), "sha256")


def init_app(app: Flask, secret_key: str) -> None:
    app.extensions["naramig.limits"] = hashlib.sha256(b"limits\x1f" + secret_key.encode()).digest()


def limited(what: str, each: str, of_all: str | None = None) -> Callable[[View], View]:
    """Let a view be tried at most `each` ("10 per 10 minutes") by one who tries, and `of_all` by everybody.

    One who tries is the account that has signed in, else the network the request came from. Over the limit
    the answer is 429 with Retry-After. Only what changes or proves something is counted: no plain GET.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **rest: Any) -> Any:
            if not may_try(what, each) or (of_all is not None and not may_try(what, of_all, "everybody")):
                wait = timedelta(seconds=parsed(each).get_expiry())
                raise TooManyRequests(retry_after=clock.now() + wait)
            return view(*args, **rest)

        guarded.limit = each  # type: ignore[attr-defined] # tests.house reads it
        return cast(View, guarded)

    return guard


def may_try(what: str, each: str, who: str | None = None) -> bool:
    """Count one more try of `what` by `who` (None: whoever sends this request); False when it is one too many.

    The count stands whatever becomes of the request.
    """
    who = who or who_tries()
    secret = cast(bytes, current_app.extensions["naramig.limits"])
    if g.get("writes"):
        allowed = _hit(db.session, secret, what, each, who)
        db.session.commit()
        return allowed
    with db.database().writing() as session:
        return _hit(session, secret, what, each, who)


def _hit(session: Session, secret: bytes, what: str, each: str, who: str) -> bool:
    return FixedWindowRateLimiter(InDatabase(session, secret)).hit(parsed(each), what, who)


def forget_passed(session: Session, secret: bytes = b"") -> int:
    """Delete the counts whose window has passed; how many they were."""
    return InDatabase(session, secret).reset() or 0


@cache
def parsed(limit: str) -> RateLimitItem:
    return parse(limit)


def who_tries() -> str:
    """The account, else the network: an IPv4 address, or the /64 of an IPv6 one."""
    reader = access.reader()
    if reader is not None:
        return reader.account_id.hex
    return network(request.remote_addr or "")


def network(address: str) -> str:
    """The part of a network address that one household shares; "unknown" for what is no address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(IPv6Address(int(found) >> (128 - NETWORK_BITS) << (128 - NETWORK_BITS)))
    return str(found)


__all__ = ["Tries", "forget_passed", "init_app", "limited", "may_try", "network"]
