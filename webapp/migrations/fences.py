"""What each role may do in the database, and whose rows it meets: said anew after every migration step.

On PostgreSQL every table with a `person_id` is fenced by row-level security, a new one too, without anybody
having to remember it: the web's role meets the rows of the subject (core.fence) and nobody else's. What needs
more stands below in ALSO, what needs no fence in OPEN with the reason. The worker has its own role, and meets
what WORKER says. Nobody but the owner changes or deletes what stands in APPEND_ONLY.

Mind what a query means by "there is none": a row that the fence hides is not there, so whatever forbids
(a block, a freeze) must be met wherever it is asked for.

The owner, who takes the steps, loads the demo and runs `flask` commands, is not fenced. Nor is anybody where
one role does everything: see `hold`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, inspect, make_url, text

from webapp.core.fence import ACCOUNT, KEY, READER, SUBJECT, TODAY, UNIT

APPEND_ONLY = ("access_log", "admin_log", "plan_earlier", "plan_version")
# Of these a sealed text may be sealed anew under another key (webapp.rotation), which the owner alone can do
# on PostgreSQL; on SQLite the trigger looks at the key's number.
SEALED_ANEW: Mapping[str, str] = {"plan_earlier": "words", "plan_version": "document"}

OPEN: Mapping[str, str] = {  # tables that know a person, and stand outside the fence
    "account": "found by the provider's word before anybody knows who it is; holds no text",
    "login": "found by its token's hash before anybody knows whose it is; holds no text",
    "person": "names stand on others' pages: a relative's, a patient's in a list; number and phone are sealed",
}
THROUGH: Mapping[str, tuple[str, str]] = {  # a part of a fenced table's row: met with it
    "contact_hours": ("contact_id", "care_contact"),
    "consent_unit": ("consent_id", "consent"),
}
LISTED = (  # what a unit's lists count and name, for the people it cares for
    "agreed_time",
    "answer",
    "answer_version",
    "care_contact",
    "consent",
    "death",
    "delivery",
    "freeze",
    "named_staff",
    "occurrence",
    "plan",
    "plan_row",
    "read_receipt",
    "reminder",
    "subscription",
    "way",
    "work_mark",
)


def _set(name: str, kind: str = "text") -> str:
    """What the transaction has said (core.fence). As a query of its own it is read once, and not for each row."""
    return f"(SELECT NULLIF(current_setting('{name}', true), '')::{kind})"


_CARED_FOR = (
    f"{_set(SUBJECT)} IS NULL AND person_id IN (SELECT cares.person_id FROM care_relation cares"  # noqa: S608
    f" WHERE cares.unit_id = {_set(UNIT, 'uuid')} AND cares.from_on <= {_set(TODAY, 'date')}"
    f" AND (cares.until_on IS NULL OR cares.until_on >= {_set(TODAY, 'date')}) AND cares.ended_at IS NULL)"
)


_MINE_AS_STAFF = f"staff_id = (SELECT staff_id FROM account WHERE id = {_set(ACCOUNT, 'uuid')})"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Policy:
    """One way to meet rows of a table; of several, any lets through."""

    name: str
    rows: str  # SQL: which rows are met
    command: str = "ALL"
    written: str = ""  # SQL: which rows may be written; as `rows` if empty


INSTEAD: Mapping[str, Policy] = {  # whose the rows are, where they are not the person's they are about
    "kept_form": Policy(
        "account",
        f"account_id = {_set(ACCOUNT, 'uuid')} OR account_id IN"  # noqa: S608
        f" (SELECT other.id FROM account other WHERE other.person_id = {_set(READER, 'uuid')})",
    ),
}
ALSO: Mapping[str, tuple[Policy, ...]] = {
    "block": (Policy("unit", f"unit_id = {_set(UNIT, 'uuid')}", "SELECT"),),
    "broadcast_recipient": (Policy("unit", f"unit_id = {_set(UNIT, 'uuid')}"),),
    "calendar_feed": (Policy("key", f"encode(token_hash, 'hex') = {_set(KEY)}", "SELECT"),),
    "care_relation": (Policy("unit", f"unit_id = {_set(UNIT, 'uuid')}"),),
    "consent": (Policy("relative", f"relative_id = {_set(READER, 'uuid')}", "SELECT"),),
    "emergency": (
        Policy("unit", f"unit_id = {_set(UNIT, 'uuid')}", "SELECT"),
        Policy("mine", _MINE_AS_STAFF, "SELECT"),
    ),
    "freeze": (Policy("relative", f"relative_id = {_set(READER, 'uuid')}", "SELECT"),),
    # of goals a list names only those that the unit proposed a change of, and that people said no to
    "goal": (
        Policy(
            "refused",
            f"{_CARED_FOR} AND refused_at IS NOT NULL AND proposed_unit_id = {_set(UNIT, 'uuid')}",
            "SELECT",
        ),
    ),
    "invitation": (
        Policy("key", f"encode(token_hash, 'hex') = {_set(KEY)}", "SELECT"),
        Policy("answered", f"encode(token_hash, 'hex') = {_set(KEY)}", "UPDATE"),
        Policy("relative", f"accepted_by = {_set(READER, 'uuid')}", "SELECT"),
        Policy("stepped_back", f"accepted_by = {_set(READER, 'uuid')}", "UPDATE"),
    ),
    "occurrence": (Policy("key", f"id::text = {_set(KEY)}", "SELECT"),),
    "told_relative": (Policy("relative", f"relative_id = {_set(READER)}::uuid", "SELECT"),),
    "paper_code": (Policy("key", f"encode(code_hash, 'hex') = {_set(KEY)}", "SELECT"),),
    "passkey": (Policy("key", f"encode(credential_id, 'hex') = {_set(KEY)}", "SELECT"),),
    "subscription": (
        Policy("key", f"endpoint = {_set(KEY)}", "SELECT"),
        Policy("taken", f"endpoint = {_set(KEY)}", "UPDATE", f"person_id = {_set(SUBJECT, 'uuid')}"),
    ),
}
# What the worker's role may do: a word per table, columns where not all of them. Nothing of plans or words.
WORKER: Mapping[str, Mapping[str, str]] = {
    "age_notice": {"SELECT": "", "INSERT": ""},
    "alembic_version": {"SELECT": ""},
    "block": {"SELECT": ""},
    "broadcast": {"SELECT": "", "UPDATE": "stage, hand_out_at, ended_at", "DELETE": ""},
    "broadcast_recipient": {"SELECT": "", "UPDATE": "handed, reminder_id", "DELETE": ""},
    "care_contact": {"SELECT": "id, person_id, unit_id, from_on, ended_at", "UPDATE": "ended_at"},
    "care_relation": {"SELECT": "id, person_id, unit_id, from_on, until_on, ended_at"},
    "consent": {"SELECT": "id, person_id, relative_id, kind, reminders, from_on, until_on, withdrawn_at"},
    "daily_task": {"SELECT": "", "INSERT": "", "DELETE": ""},
    "delivery": {"SELECT": "", "INSERT": "", "UPDATE": ""},
    "freeze": {"SELECT": "id, person_id, relative_id, lifted_at"},
    "heartbeat": {"SELECT": "", "INSERT": "", "UPDATE": "", "DELETE": ""},
    "kept_form": {"SELECT": "id, kept_at", "DELETE": ""},
    "login": {"SELECT": "id, seen_at, ended_at", "DELETE": ""},
    "notice": {"SELECT": "", "INSERT": "", "UPDATE": ""},
    "occurrence": {
        "SELECT": "",
        "INSERT": "",
        "UPDATE": "outcome, later_until, closes_at, tell_at, repeat_at",
    },
    "passkey_challenge": {"SELECT": "id, made_at", "DELETE": ""},
    "person": {"SELECT": "id, language, born_on, protected, deceased_at, lock_screen_text, no_broadcasts"},
    "reminder": {"SELECT": "", "INSERT": "", "UPDATE": "next_due_at, ended_at"},
    "reminder_relative": {"SELECT": ""},
    "subscription": {"SELECT": "", "UPDATE": "retired_at"},
    "told_relative": {"SELECT": "", "INSERT": ""},
    "tries": {"SELECT": "key, until", "DELETE": ""},
    "unit": {"SELECT": "id, email, closed_on"},
    "unit_mail": {"SELECT": "", "UPDATE": "due_at, tries, ended_at, sent"},
    "work_mark": {"SELECT": "id, called_at, handed_at", "DELETE": ""},
    "way": {"SELECT": "", "DELETE": ""},
}
WEB: Mapping[str, str] = {  # where the web's role may not do everything with the rows it meets
    **dict.fromkeys(APPEND_ONLY, "SELECT, INSERT"),
    "alembic_version": "SELECT",
    "feedback": "INSERT",
}
EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of the roles that are not the owner; None where the owner does their work."""

    web: str | None = None
    worker: str | None = None

    @classmethod
    def of(cls, web_url: str, worker_url: str, owner_url: str) -> Roles:
        """The users named in the addresses."""
        owner, web, worker = (make_url(url).username for url in (owner_url, web_url, worker_url))
        return cls(web if web != owner else None, worker if worker not in (owner, web) else None)


class NoSuchRole(RuntimeError):
    """A role that an address names is not there; the message says how to make it."""


def apply(
    connection: Connection, tables: MetaData, roles: Roles | None = None, *, newest: bool = True
) -> None:
    """Raise the fences of every table that is there. Twice is once; what stands already is left untouched.

    At an older shape than the `newest` only the person's own rows are met: the rest speaks of later columns.
    """
    there = set(inspect(connection).get_table_names())
    if connection.dialect.name == "sqlite":
        _append_only(connection, there, tables)
        return
    for table in sorted(fenced(tables) & there):
        _raise(connection, table)
        _policies(connection, table, dict(_wanted(table, newest)), "PUBLIC")
    if roles is not None:
        for role in filter(None, (roles.web, roles.worker)):
            _begin_with_nothing(connection, role)
        if roles.web:
            for table in sorted(there):
                _do(connection, f'GRANT {WEB.get(table, EVERYTHING)} ON "{table}" TO "{roles.web}"')
        if roles.worker:
            _let_work(connection, roles.worker, there, fenced(tables))


def fenced(tables: MetaData) -> set[str]:
    """The names of the tables that row-level security guards."""
    own = {name for name, table in tables.tables.items() if "person_id" in table.columns}
    return (own | set(THROUGH)) - set(OPEN)


def lower(connection: Connection) -> None:
    """Take every policy away, so that a step back can take away what they speak of. Nobody gets in meanwhile."""
    if connection.dialect.name == "postgresql":
        for table, name in _standing(connection):
            _do(connection, f'DROP POLICY "{name}" ON "{table}"')


def hold(connection: Connection, tables: MetaData) -> bool:
    """Whether the fences hold for whoever asks: not for the owner, not for a superuser, never on SQLite."""
    if connection.dialect.name != "postgresql":
        return False
    names = sorted(fenced(tables))
    held = connection.execute(
        text(
            "SELECT count(*) FROM pg_class WHERE oid = ANY(CAST(:names AS regclass[])) AND row_security_active(oid)"
        ),
        {"names": names},
    )
    return bool(held.scalar_one() == len(names))


def _wanted(table: str, newest: bool) -> Iterator[tuple[str, Policy]]:
    if table in THROUGH:
        column, whole = THROUGH[table]
        part = f'EXISTS (SELECT FROM "{whole}" whole WHERE whole.id = "{table}".{column})'
        yield "part", Policy("part", part)
        return
    whose = INSTEAD.get(table, Policy("subject", f"person_id = {_set(SUBJECT, 'uuid')}"))
    yield whose.name, whose
    if table in LISTED and newest:
        yield "listed", Policy("listed", _CARED_FOR, "SELECT")
    for policy in ALSO.get(table, ()) if newest else ():
        yield policy.name, policy


def _raise(connection: Connection, table: str) -> None:
    stands = connection.execute(
        text("SELECT relrowsecurity FROM pg_class WHERE oid = CAST(:table AS regclass)"),
        {"table": f'"{table}"'},
    )
    if not stands.scalar_one():
        _do(connection, f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')


def _policies(connection: Connection, table: str, wanted: Mapping[str, Policy], role: str) -> None:
    """Make the policies that are missing or say something else now. A table is locked only for a change."""
    standing = {
        name: note for name, note in _notes(connection, table) if (name == "worker") == (role != "PUBLIC")
    }
    said = {name: _sql(table, policy, role) for name, policy in wanted.items()}
    notes = {name: hashlib.sha256(sql.encode()).hexdigest() for name, sql in said.items()}
    for name in standing:
        if notes.get(name) != standing[name]:
            _do(connection, f'DROP POLICY "{name}" ON "{table}"')
    for name, sql in said.items():
        if standing.get(name) != notes[name]:
            _do(connection, sql)
            _do(connection, f'COMMENT ON POLICY "{name}" ON "{table}" IS \'{notes[name]}\'')


def _sql(table: str, policy: Policy, role: str) -> str:
    check = f" WITH CHECK ({policy.written or policy.rows})" if policy.command in ("ALL", "UPDATE") else ""
    return f'CREATE POLICY "{policy.name}" ON "{table}" FOR {policy.command} TO {role} USING ({policy.rows}){check}'


def _notes(connection: Connection, table: str) -> list[tuple[str, str]]:
    found = connection.execute(
        text(
            "SELECT polname, COALESCE(obj_description(oid, 'pg_policy'), '') FROM pg_policy"
            " WHERE polrelid = CAST(:table AS regclass)"
        ),
        {"table": f'"{table}"'},
    )
    return [(name, note) for name, note in found]


def _standing(connection: Connection) -> list[tuple[str, str]]:
    found = connection.execute(
        text("SELECT tablename, policyname FROM pg_policies WHERE schemaname = current_schema()")
    )
    return [(table, name) for table, name in found]


def _begin_with_nothing(connection: Connection, role: str) -> None:
    if not connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}):
        raise NoSuchRole(
            f'the role "{role}" is not there: CREATE ROLE "{role}" LOGIN PASSWORD …; see docs/running.md'
        )
    _do(connection, f'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "{role}"')
    _do(connection, f'GRANT USAGE ON SCHEMA public TO "{role}"')


def _let_work(connection: Connection, role: str, there: set[str], guarded: set[str]) -> None:
    for table, words in WORKER.items():
        if table not in there:
            continue
        for word, columns in words.items():
            _do(connection, f'GRANT {word}{f" ({columns})" if columns else ""} ON "{table}" TO "{role}"')
        if table in guarded:
            _policies(connection, table, {"worker": Policy("worker", "true")}, f'"{role}"')


def _append_only(connection: Connection, there: set[str], tables: MetaData) -> None:
    """SQLite knows no roles: there triggers refuse. A step that copies a table loses them, so they come anew."""
    for table in APPEND_ONLY:
        if table not in there:
            continue
        text = SEALED_ANEW.get(table)
        _refuse(connection, table, "delete", "DELETE")
        if text is None:
            _refuse(connection, table, "update", "UPDATE")
            continue
        rest = ", ".join(column.name for column in tables.tables[table].columns if column.name != text)
        _refuse(connection, table, "update", f"UPDATE OF {rest}")
        _refuse(
            connection,
            table,
            "reseal",
            f"UPDATE OF {text}",
            f"{_key('NEW', text)} IN ('', {_key('OLD', text)})",
        )


def _key(row: str, text: str) -> str:
    """SQL: the number of the key that a text is sealed with: "s1.7.…"."""
    rest = f"substr({row}.{text}, instr({row}.{text}, '.') + 1)"
    return f"substr({rest}, 1, instr({rest}, '.'))"


def _refuse(connection: Connection, table: str, name: str, word: str, when: str = "") -> None:
    only = f" WHEN {when}" if when else ""
    _do(
        connection,
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{name} BEFORE {word} ON {table}{only}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    )


def _do(connection: Connection, sql: str) -> None:
    connection.exec_driver_sql(sql)
