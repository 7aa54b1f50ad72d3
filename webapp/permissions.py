"""Who may do what: the one table. Deny by default: what has no row here, nobody may do.

`create_app` hands TABLE to core.access, which is the one place that asks. A tie is what binds
the reader to the person at this moment: being that person, the person's consent, or a care relation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Area(StrEnum):
    """What a person can let somebody into, one by one (design section 6)."""

    WHAT_MATTERS = "what_matters"
    PLAN = "plan"
    CONTACTS = "contacts"
    REMINDERS = "reminders"
    TIMES = "times"  # agreed times alone: what a guardian of a 13–15-year-old sees
    OWN_TASKS = "own_tasks"  # the plan rows that the relative does: likewise


class Level(IntEnum):
    """How far: nothing, see, or see and help (what a helper writes is marked with their name)."""

    NONE = 0
    SEE = 1
    HELP = 2


class Permission(StrEnum):
    """One thing somebody can do with a person's things."""

    TODAY_SEE = "today_see"
    REMINDER_ANSWER = "reminder_answer"
    WHAT_MATTERS_SEE = "what_matters_see"
    WHAT_MATTERS_HISTORY = "what_matters_history"
    WHAT_MATTERS_WRITE = "what_matters_write"
    WHAT_MATTERS_SHARE = "what_matters_share"
    WHAT_MATTERS_RECEIPT = "what_matters_receipt"
    PLAN_SEE = "plan_see"
    PLAN_BEGIN = "plan_begin"
    PLAN_ADD_OWN_ROW = "plan_add_own_row"
    PLAN_ANSWER = "plan_answer"
    PLAN_AGREE = "plan_agree"
    PLAN_EDIT = "plan_edit"
    PLAN_END = "plan_end"
    PLAN_PART_END = "plan_part_end"
    PLAN_PART_CHOOSE = "plan_part_choose"
    PLAN_PART_RECORD = "plan_part_record"
    PLAN_ROW_EDIT = "plan_row_edit"
    PLAN_ROW_PROPOSE = "plan_row_propose"
    PLAN_TELL_OUTCOME = "plan_tell_outcome"
    PLAN_EXPORT = "plan_export"
    PLAN_IMPORT = "plan_import"
    SEVEN_ANSWER = "seven_answer"
    TIMES_SEE = "times_see"
    MEETING_ASK = "meeting_ask"
    MEETING_CALL = "meeting_call"
    CALENDAR_SET = "calendar_set"
    CONTACTS_SEE = "contacts_see"
    CONTACT_SET = "contact_set"
    WORSE_SEE = "worse_see"
    WORSE_WRITE = "worse_write"
    REMINDERS_SEE = "reminders_see"
    REMINDER_SET = "reminder_set"
    REMINDER_SEND = "reminder_send"
    WORK_NOTE = "work_note"
    PHONE_SET = "phone_set"
    MORE_SEE = "more_see"
    SHARING_SET = "sharing_set"
    LOG_SEE = "log_see"
    SETTINGS_SET = "settings_set"
    PERSON_SEE = "person_see"
    CARE_SET = "care_set"
    DEVICES_SET = "devices_set"
    PHONE_LOST = "phone_lost"
    PASSKEY_SET = "passkey_set"
    PAPER_CODE = "paper_code"
    CUSTODY_SET = "custody_set"
    DEATH_MARK = "death_mark"
    PROTECTION_SET = "protection_set"
    SIP_RECORD = "sip_record"


@dataclass(frozen=True, slots=True)
class Ties:
    """What binds a reader to a person right now; worked out anew for every request."""

    is_self: bool = False
    areas: Mapping[Area, Level] = field(default_factory=dict)  # what the person let a relative into
    cares: bool = False  # staff of a unit with a care relation, or in an emergency
    limited: bool = False  # oneself, signed in by a paper code
    emergency: bool = False  # without a care relation, or past a block: nödöppning, to read what helps now
    mandate: str = (
        ""  # a relative whom staff verified: "guardian", "god_man", "forvaltare", "framtidsfullmakt"
    )
    hides_one: bool = True  # perhaps: a relative of the person has protected identity, and is named to nobody
    ended: bool = False  # was a relative until the person died: nothing is seen but that it has ended

    def level(self, area: Area) -> Level:
        return self.areas.get(area, Level.NONE)


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may: the person; a relative let into any of `areas` at `level`; staff with a care relation;
    staff in an emergency."""

    me: bool = False
    paper: bool = False  # the person too when signed in by a paper code (papperskod)
    areas: tuple[Area, ...] = ()
    level: Level = Level.SEE
    staff: bool = False
    emergency: bool = False
    guardian: bool = False  # of a child too young for a sign-in of their own: in the child's place

    def allows(self, ties: Ties) -> bool:
        if ties.is_self:
            return self.me and (self.paper or not ties.limited)
        if ties.emergency:
            return self.emergency
        if ties.cares:
            return self.staff
        if self.guardian and ties.mandate == "guardian" and ties.level(Area.PLAN) is Level.HELP:
            return True
        return any(ties.level(area) >= self.level for area in self.areas)


ANY_AREA = tuple(Area)

TABLE: Mapping[Permission, Rule] = {
    Permission.TODAY_SEE: Rule(
        me=True, paper=True, areas=(Area.REMINDERS, Area.PLAN, Area.TIMES), staff=True
    ),
    Permission.REMINDER_ANSWER: Rule(me=True, paper=True, areas=(Area.REMINDERS,), level=Level.HELP),
    Permission.WHAT_MATTERS_SEE: Rule(
        me=True, paper=True, areas=(Area.WHAT_MATTERS,), staff=True, emergency=True
    ),
    Permission.WHAT_MATTERS_HISTORY: Rule(
        me=True
    ),  # what was shared is what stood then, not what came before
    Permission.WHAT_MATTERS_WRITE: Rule(me=True, areas=(Area.WHAT_MATTERS,), level=Level.HELP, staff=True),
    Permission.WHAT_MATTERS_SHARE: Rule(me=True),
    Permission.WHAT_MATTERS_RECEIPT: Rule(staff=True),
    Permission.PLAN_SEE: Rule(me=True, areas=(Area.PLAN, Area.OWN_TASKS), staff=True, emergency=True),
    Permission.PLAN_BEGIN: Rule(staff=True),
    Permission.PLAN_ADD_OWN_ROW: Rule(me=True, areas=(Area.PLAN,), level=Level.HELP),
    Permission.PLAN_ANSWER: Rule(me=True, guardian=True),
    Permission.PLAN_AGREE: Rule(me=True, guardian=True),
    Permission.PLAN_EDIT: Rule(me=True, areas=(Area.PLAN,), level=Level.HELP, staff=True),
    Permission.PLAN_END: Rule(me=True, guardian=True, staff=True),
    Permission.PLAN_PART_END: Rule(me=True, guardian=True),
    # nobody else: whom the person has let in, another relative is not told
    Permission.PLAN_PART_CHOOSE: Rule(me=True),
    # as a meeting is called: who sees the whole plan, while it is not frozen
    Permission.PLAN_PART_RECORD: Rule(staff=True),
    # each only what is their own: plans.rows.is_mine
    Permission.PLAN_ROW_EDIT: Rule(me=True, areas=(Area.PLAN,), level=Level.HELP, staff=True),
    Permission.PLAN_ROW_PROPOSE: Rule(staff=True),
    Permission.PLAN_TELL_OUTCOME: Rule(me=True, areas=(Area.PLAN,), level=Level.HELP),
    Permission.SEVEN_ANSWER: Rule(me=True),
    Permission.TIMES_SEE: Rule(
        me=True, paper=True, areas=(Area.PLAN, Area.TIMES), staff=True, emergency=True
    ),
    Permission.MEETING_ASK: Rule(me=True, areas=(Area.PLAN,), level=Level.HELP, staff=True),
    Permission.MEETING_CALL: Rule(staff=True),
    Permission.CALENDAR_SET: Rule(me=True, areas=(Area.PLAN, Area.TIMES)),
    Permission.PLAN_EXPORT: Rule(me=True, staff=True),
    Permission.PLAN_IMPORT: Rule(staff=True),
    Permission.CONTACTS_SEE: Rule(me=True, paper=True, areas=(Area.CONTACTS,), staff=True, emergency=True),
    Permission.CONTACT_SET: Rule(staff=True),
    # the page leads to the numbers for everybody; the words on it follow the plan, the contacts theirs
    Permission.WORSE_SEE: Rule(me=True, paper=True, areas=ANY_AREA, staff=True, emergency=True),
    Permission.WORSE_WRITE: Rule(me=True, areas=(Area.PLAN,), level=Level.HELP, staff=True),
    Permission.REMINDERS_SEE: Rule(me=True, paper=True, areas=(Area.REMINDERS,), staff=True),
    Permission.REMINDER_SET: Rule(me=True, areas=(Area.REMINDERS,), level=Level.HELP),
    Permission.REMINDER_SEND: Rule(staff=True),
    Permission.WORK_NOTE: Rule(staff=True),
    Permission.PHONE_SET: Rule(me=True, paper=True),
    Permission.MORE_SEE: Rule(me=True, paper=True, areas=ANY_AREA, staff=True),
    Permission.SHARING_SET: Rule(me=True),
    Permission.LOG_SEE: Rule(me=True),
    Permission.SETTINGS_SET: Rule(me=True),
    Permission.PERSON_SEE: Rule(staff=True),
    Permission.CARE_SET: Rule(staff=True),
    Permission.DEVICES_SET: Rule(me=True, paper=True),
    Permission.PASSKEY_SET: Rule(me=True, paper=True),
    Permission.PAPER_CODE: Rule(staff=True),
    # Ends, and never opens, anything. Who helps with the reminders knows the phone they come to.
    Permission.PHONE_LOST: Rule(me=True, paper=True, areas=(Area.REMINDERS,), level=Level.HELP, staff=True),
    Permission.CUSTODY_SET: Rule(staff=True),
    Permission.DEATH_MARK: Rule(staff=True),
    Permission.PROTECTION_SET: Rule(staff=True),
    Permission.SIP_RECORD: Rule(staff=True),
}
