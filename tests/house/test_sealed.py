"""Every text that people write is sealed in the database, but for those that stand in a list here, and why."""

from __future__ import annotations

from sqlalchemy import JSON, Enum, LargeBinary, String

from webapp.core.sealing import Sealed
from webapp.migrations import steps

# Texts that stand in clear in the database, and why. Any other is sealed: `mapped_column(Sealed("table.column"))`.
NAMES = "names are searched and sorted in lists, and say who wrote"
OURS = "the organisations' own words about themselves, shown to anybody who is let in"
CHOSEN = "chosen from a list of ours, not written"
TECHNICAL = "no words of anybody's"
LOG = "the chained log names unit, role and page, and never what was read"
FOUND_BY = "a technical name, found by it"
HASH = "a hash"
IN_CLEAR = {
    "access_log.chain": LOG,
    "access_log.page": LOG,
    "access_log.role": LOG,
    "access_log.unit_name": LOG,
    "access_log.what": LOG,
    "account.issuer": FOUND_BY,
    "account.sub": "found by it; whether it is a personal number, the provider decides: accounts must see to it",
    "admin_log.act": LOG,
    "admin_log.by": LOG,
    "admin_log.said": LOG,
    "answer_version.written_as": NAMES,
    "assignment.hsa_id": FOUND_BY,
    "assignment.role": OURS,
    "care_contact.named_by": NAMES,
    "care_relation.begun_by": NAMES,
    "care_relation.ended_by": NAMES,
    "broadcast.sent_as": NAMES,
    "calendar_feed.token_hash": HASH,
    "consent.recorded_by": NAMES,
    "consent.withdrawn_by": NAMES,
    "daily_task.task": TECHNICAL,
    "delivery.worker": TECHNICAL,
    "delivery.lane": TECHNICAL,
    "delivery.cause": TECHNICAL,
    "emergency.role": LOG,
    "emergency.unit_name": LOG,
    "feedback.page": CHOSEN,
    "goal.proposed_as": NAMES,
    "goal.written_as": NAMES,
    "heartbeat.worker": TECHNICAL,
    "incident.done_as": NAMES,
    "incident.written_as": NAMES,
    "invitation.token_hash": HASH,
    "kept_form.place": "a path of random ids",
    "login.device": "the kind of browser, by its own word",
    "login.token_hash": HASH,
    "meeting_question.written_as": NAMES,
    "message_template.changed_as": NAMES,
    "message_template.name": OURS,
    "message_template.texts": OURS,
    "notice.kind": CHOSEN,
    "occurrence_press.pressed_as": NAMES,
    "organisation.name": OURS,
    "paper_code.code_hash": HASH,
    "paper_code.made_as": NAMES,
    "passkey.credential_id": FOUND_BY,
    "passkey.public_key": TECHNICAL,
    "passkey_challenge.octets": TECHNICAL,
    "person.called": NAMES,
    "person.language": CHOSEN,
    "person.municipality": CHOSEN,
    "person.name": NAMES,
    "person.number_mac": "finds a number without showing it",
    "plan_earlier.about": CHOSEN,
    "plan_earlier.replaced_as": NAMES,
    "place.about": OURS,
    "place.address": OURS,
    "place.municipality": OURS,
    "place.name": OURS,
    "place.phone": OURS,
    "place.source": OURS,
    "plan_participant.recorded_as": NAMES,
    "plan_row.written_as": NAMES,
    "plan_version.agreed_as": NAMES,
    "provider_login.provider": CHOSEN,
    "provider_login.sid": FOUND_BY,
    "read_receipt.reader": NAMES,
    "reminder.breaks": "the days that the planner leaves out",
    "reminder.call_number": "which public number of the directory, by its id",
    "reminder.once_key": TECHNICAL,
    "undone_send.once_key": TECHNICAL,
    "reminder.own_language": CHOSEN,
    "reminder.quiet_hours": "the hours when the worker tells no relative",
    "reminder.set_as": NAMES,
    "reminder.times": "the planner's clock times",
    "row_outcome.written_as": NAMES,
    "row_reminder.own_language": CHOSEN,
    "row_reminder.set_as": NAMES,
    "row_reminder.times": "the planner's clock times",
    "staff_member.hsa_id": FOUND_BY,
    "staff_member.language": CHOSEN,
    "staff_member.name": NAMES,
    "work_mark.called_as": NAMES,
    "work_mark.handed_as": NAMES,
    "work_mark.task": TECHNICAL,
    "subscription.auth": "of no use without our push key",
    "subscription.endpoint": "found by it, unique; of no use without our push key",
    "subscription.origin": TECHNICAL,
    "subscription.p256dh": "of no use without our push key",
    "subscription.vapid_key": TECHNICAL,
    "tries.key": HASH,
    "unit.email": OURS,
    "unit.hsa_id": FOUND_BY,
    "unit.municipality": OURS,
    "unit.name": OURS,
    "unit.phone": OURS,
    "used_once.hash": HASH,
    "way.code_salt": "of no use without the app's secret",
    "worse_proposal.written_as": NAMES,
}


def test_every_text_is_sealed_that_does_not_stand_in_the_list_of_clear_ones() -> None:
    found, sealed_as = set(), {}
    for table in steps.metadata().sorted_tables:
        for column in table.columns:
            where = f"{table.name}.{column.name}"
            if isinstance(column.type, Sealed):
                sealed_as[where] = column.type.where
                assert table.primary_key.columns.keys() == ["id"], where  # the row that is bound in
            elif isinstance(column.type, String | LargeBinary | JSON) and not isinstance(column.type, Enum):
                found.add(where)
    assert found == set(IN_CLEAR)
    assert all(where == bound for where, bound in sealed_as.items())
    assert len(sealed_as) > 30
