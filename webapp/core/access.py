"""Who is signed in, whose pages are shown, and whether that is allowed: the one place to ask.

A person's page names its permission with `@needs`. The view then has `sight()`, which already
carries the check: the domain functions take it, or the person's id from it, and nothing else leads
to a person's things. Somebody else's page and one that never existed give the same 404.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

from flask import Flask, Response, abort, current_app, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.local import LocalProxy

from webapp.core import audit, db, fence

EXTENSION = "naramig.access"
CLOSING = "naramig.closing"  # the page that says that a person's pages are closed for good
_PERSONS = re.compile(r"/p/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/|$)")
UNKNOWN = UUID(int=0)  # in place of the organisation that a thing should have had: no staff's own
Crossing = Set[tuple[str, str]]  # pairs of an area and a kind of care
Permission = str  # webapp.permissions.Permission: words that this kernel does not need to know


class Ties(Protocol):
    """What binds a reader to a person: webapp.permissions.Ties."""

    @property
    def is_self(self) -> bool: ...
    @property
    def cares(self) -> bool: ...
    @property
    def ended(self) -> bool: ...


class Rule(Protocol):
    """One row of the table: webapp.permissions.Rule."""

    def allows(self, ties: Any) -> bool: ...


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is signed in. A citizen has `person_id`; staff have a unit, by the assignment in use."""

    login_id: UUID
    account_id: UUID
    kind: str  # "citizen" or "staff", from the identity provider alone
    name: str
    language: str
    person_id: UUID | None = None
    staff_id: UUID | None = None
    assignment_id: UUID | None = None
    unit_id: UUID | None = None
    unit_name: str = ""
    organisation_id: UUID | None = None
    role: str = ""
    duty: str = ""  # "care", "analyst" or "administrator": only care opens persons
    municipality: str = ""
    began_at: datetime | None = None  # when they showed who they are
    flow: str = ""  # the unit's kind of care: directory.flows
    young: bool = False  # under eighteen
    limited: bool = False  # signed in by a paper code: what the table says for it, and nothing of others


@dataclass(frozen=True, slots=True)
class Sight:
    """One reader's sight of one person: who the person is, and what this reader may do."""

    reader: Reader
    person_id: UUID
    called: str
    language: str
    municipality: str
    ties: Any
    crosses: Crossing  # what a SIP consent lets this unit see of other organisations
    own_flows: Set[str]  # the kinds of care that this unit sees of its own organisation
    table: Mapping[str, Rule]
    young: bool = False  # the person is under eighteen

    @property
    def is_self(self) -> bool:
        return bool(self.ties.is_self)

    @property
    def cares(self) -> bool:
        return bool(self.ties.cares)

    def sees(self, area: str, organisation_id: UUID | None, flow: str) -> bool:
        """Whether this reader sees a thing of that organisation (None: of none) and kind of care, in an area.

        Staff see what their own organisation does in their own kind of care, and more by a SIP consent alone.
        Everybody else sees what their permissions let them.
        """
        if not self.cares or (area, flow) in self.crosses:
            return True
        return organisation_id in (None, self.reader.organisation_id) and flow in self.own_flows

    def may(self, permission: Permission) -> bool:
        rule = self.table.get(permission)
        return rule is not None and rule.allows(self.ties)


@dataclass(frozen=True, slots=True)
class Seen:
    """A person as the ties to them were found."""

    called: str
    language: str
    municipality: str
    ties: Ties
    crosses: Crossing = frozenset()
    own_flows: Set[str] = frozenset()
    young: bool = False


Find = Callable[[Session, Reader, UUID], Seen | None]


@dataclass(frozen=True, slots=True)
class Gate:
    """The table, the question that finds a reader's ties to a person (None: there are none), and the log's words."""

    table: Mapping[str, Rule]
    find: Find
    deeds: Mapping[str, audit.What]


def init_app(
    app: Flask, table: Mapping[Any, Rule], find: Find, deeds: Mapping[str, audit.What] | None = None
) -> None:
    """`deeds`: what the log calls a press, by endpoint; without a word of its own it is "changed"."""
    app.extensions[EXTENSION] = Gate({str(key): rule for key, rule in table.items()}, find, deeds or {})


def reader() -> Reader | None:
    """Who is signed in, or None."""
    return cast(Reader | None, g.get("reader"))


def sight() -> Sight:
    """The sight that `@needs` opened for this request."""
    return cast(Sight, g.sight)


def look(session: Session, who: Reader, person_id: UUID) -> Sight | None:
    """What `who` may see of a person right now; None where nothing binds them.

    From the question on, the database gives the rows of this person alone (core.fence).
    """
    gate = cast(Gate, current_app.extensions[EXTENSION])
    fence.about(session, person_id)
    seen = gate.find(session, who, person_id)
    if seen is None:
        fence.about(session, who.person_id)
        return None
    return Sight(
        reader=who,
        person_id=person_id,
        called=seen.called,
        language=seen.language,
        municipality=seen.municipality,
        ties=seen.ties,
        crosses=seen.crosses,
        own_flows=seen.own_flows,
        table=gate.table,
        young=seen.young,
    )


View = Callable[..., ResponseReturnValue]


def opens(session: Session, who: Reader, path: str) -> bool:
    """Whether `who` may go to this path of ours after signing in; a person's page that is not theirs is no way on.

    The page itself asks anew, for its own permission.
    """
    found = _PERSONS.match(path)
    if found is None:
        return True
    return who.person_id == UUID(found[1]) or look(session, who, UUID(found[1])) is not None


def foresee(person_id: UUID | None) -> None:
    """Who reads is probably this person (None: staff): if the page is another's, one session serves it all.

    A guess, and no right: who it is and what they may is found out all the same.
    """
    wanted = (request.view_args or {}).get("person_id")
    if wanted not in (None, person_id):
        db.begin_write()


AnyView = TypeVar("AnyView", bound=Callable[..., Any])


def needs(permission: Permission) -> Callable[[View], View]:
    """Open the person of the URL (`person_id`) for the reader, or answer as if there were no such page.

    Opening somebody else is written down in the same transaction that reads: no line, no page.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*, person_id: UUID, **rest: Any) -> ResponseReturnValue:
            who = reader()
            if who is None:
                return sign_in_first()
            if who.person_id != person_id:
                db.begin_write()
            opened = look(db.current(), who, person_id)
            if opened is not None and opened.ties.ended:
                return _closing(opened)
            if opened is None or not opened.may(permission):
                abort(404)
            g.sight = opened
            if not opened.is_self:
                return _written_down(opened, lambda: view(person_id=person_id, **rest))
            return view(person_id=person_id, **rest)

        guarded.permission = permission  # type: ignore[attr-defined] # tests.house reads it
        return guarded

    return guard


def _closing(opened: Sight) -> Response:
    """The page that a relative of somebody who has died comes to, wherever they wanted. Nothing is kept."""
    db.session.rollback()
    page = cast(Callable[[Sight], ResponseReturnValue], current_app.extensions[CLOSING])
    return make_response(page(opened), 410)


def _written_down(opened: Sight, show: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    page, only_looks = audit.page_of(request.endpoint), request.method in {"GET", "HEAD"}
    what = audit.What.OPENED if only_looks else _deed()
    line = audit.write(db.current(), opened.reader, opened.person_id, page, what).id
    response = make_response(show())
    if only_looks:
        db.session.commit()
        return response
    db.session.rollback()
    if (
        db.session.get(audit.AccessLog, line) is None
    ):  # the view kept nothing, but has shown the form again, with what stands there
        audit.write(db.session, opened.reader, opened.person_id, page)
        db.session.commit()
    return response


def _deed() -> audit.What:
    gate = cast(Gate, current_app.extensions[EXTENSION])
    return gate.deeds.get(request.endpoint or "", audit.What.CHANGED)


def sign_in_first() -> Response:
    """To the sign-in page; a page that was asked for is come back to. A script is told 401, and asks for none."""
    if request.is_json:
        abort(401)
    back = request.path if request.method == "GET" else None
    return cast(Response, redirect(url_for("accounts.sign_in", next=back)))


def signed_in(kind: str, duty: str | None = None, *, paper: bool = False) -> Callable[[View], View]:
    """For pages of one's own: a reader of `kind` ("citizen" or "staff"), with `duty` where one is named.

    Somebody who signed in by a paper code comes in only where `paper` says so.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(**rest: Any) -> ResponseReturnValue:
            who = reader()
            if who is None:
                return sign_in_first()
            if who.kind != kind or (duty is not None and who.duty != duty) or (who.limited and not paper):
                abort(404)
            return view(**rest)

        guarded.permission = f"{kind}:{duty or 'any'}"  # type: ignore[attr-defined]
        return guarded

    return guard


def public(view: AnyView) -> AnyView:
    """For pages that anybody may open; saying so is required of every route."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view


def writes_on_get(view: AnyView) -> AnyView:
    """For the one address whose GET opens a sign-in: an identity provider sends the browser back by GET.

    It may only after it has checked what the provider signed; tests/house/test_addresses.py knows it by name.
    """
    view.writes_on_get = True  # type: ignore[attr-defined]
    return view


the_reader = cast(Reader, LocalProxy(reader))
