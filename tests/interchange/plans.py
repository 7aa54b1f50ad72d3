"""Plans of every kind that can be shared, made up by Hypothesis; and one that is always the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from hypothesis import strategies as st

from webapp.core.forms import has_strange_signs
from webapp.directory.flows import Flow
from webapp.interchange.content import (
    Agreement,
    Body,
    Near,
    Round,
    Said,
    Shared,
    SharedGoal,
    SharedRow,
    TakesPart,
    Told,
    Whose,
)
from webapp.patient_contract.questions import Question
from webapp.patient_contract.questions import Said as Reply
from webapp.plans.models import Doer, How, ParticipantKind, RowStatus

AINO = UUID("00000000-0000-4000-8000-000000000001")
NUMBER = "194401029818"
NOON = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf", "Co", "Cn")), max_size=60)
said = words.map(str.strip).filter(lambda text: text != "" and not has_strange_signs(text))
maybe = st.one_of(st.just(""), said)
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
flows = st.sampled_from(Flow)


def named(kind: str, number: int) -> UUID:
    return uuid5(AINO, f"{kind} {number}")


@st.composite
def plans(draw: st.DrawFn) -> Shared:
    """A plan in which every reference leads somewhere, as the database holds it."""
    huvudman = st.sampled_from(["region", "kommun"])
    organisations = [
        Body(id=named("organisation", n), name=draw(said), huvudman=draw(huvudman))
        for n in range(draw(st.integers(1, 3)))
    ]
    hsa = st.one_of(st.none(), st.from_regex(r"SE[0-9]{10}-[0-9A-Z]{4}", fullmatch=True))
    units = [
        Body(id=named("unit", n), name=draw(said), hsa_id=draw(hsa), part_of=organisations[0].id)
        for n in range(draw(st.integers(0, 2)))
    ]
    near = [Near(id=named("relative", n), name=draw(said)) for n in range(draw(st.integers(0, 2)))]
    answers = [
        Said(
            id=named("answer", n),
            prompt=prompt,
            question=draw(said),
            words=draw(said),
            written_at=draw(moments),
            written_as=draw(maybe),
        )
        for n, prompt in enumerate(draw(st.sets(st.sampled_from(["now", "strength", "worry", "know"]))))
    ]
    rows: list[SharedRow] = []
    for n in range(draw(st.integers(0, 6))):
        rows.append(draw(row_of(n, organisations, units, near, rows)))
    return Shared(
        id=named("plan", 1),
        whose=Whose(
            id=AINO, name=draw(said), number=NUMBER, language=draw(st.sampled_from(["sv", "fit", "smj"]))
        ),
        begun_on=draw(days),
        changed_at=draw(moments),
        overall_id=organisations[0].id,
        flow=draw(flows),
        situation=draw(maybe),
        **draw(st.sampled_from(written_by(organisations[0]))),
        if_worse_signs=draw(maybe),
        if_worse_do=draw(maybe),
        held_together_by=draw(maybe),
        starter=draw(maybe),
        no_answer_reason=draw(maybe),
        nobody_else=draw(st.booleans()),
        frozen_at=draw(st.one_of(st.none(), moments)),
        unit_id=units[0].id if units else None,
        complete=draw(st.booleans()),
        bodies=(*organisations, *units),
        near=tuple(near),
        goals=tuple(draw(goal_of(n, answers)) for n in range(draw(st.integers(0, 3)))),
        rows=tuple(rows),
        participants=tuple(draw(participant_of(n, units, near)) for n in range(draw(st.integers(0, 3)))),
        consents=tuple(draw(consent_of(n, units)) for n in range(draw(st.integers(0, 2)))),
        answers=tuple(answers),
        rounds=tuple(draw(round_of(n)) for n in range(draw(st.integers(0, 3)))),
    )


def written_by(body: Body) -> list[dict[str, Any]]:
    """Whose staff wrote the situation: nobody's, or that organisation's in some kind of care."""
    return [{}, *({"situation_by_id": body.id, "situation_flow": flow} for flow in Flow)]


@st.composite
def row_of(
    draw: st.DrawFn,
    n: int,
    organisations: list[Body],
    units: list[Body],
    near: list[Near],
    before: list[SharedRow],
) -> SharedRow:
    doer = draw(st.sampled_from([each for each in Doer if near or each is not Doer.RELATIVE]))
    owned = doer in (Doer.REGION, Doer.KOMMUN)
    status = draw(st.sampled_from(RowStatus))
    start = draw(st.one_of(st.none(), days))
    told = [
        Told(
            on=on,
            how=draw(st.sampled_from(How)),
            words=draw(maybe),
            told_at=draw(moments),
            written_as=draw(maybe),
        )
        for on in sorted(draw(st.sets(days, max_size=2)))
    ]
    return SharedRow(
        id=named("row", n),
        what=draw(said),
        doer=doer,
        status=status,
        organisation_id=draw(st.sampled_from(organisations)).id if owned else None,
        relative_id=draw(st.sampled_from(near)).id if doer is Doer.RELATIVE else None,
        flow=draw(flows),
        who=draw(maybe),
        phone=draw(st.one_of(st.none(), st.from_regex(r"0[0-9]{8}", fullmatch=True))),
        how_often=draw(maybe),
        from_on=start,
        until_on=start + timedelta(days=draw(st.integers(0, 400))) if start and draw(st.booleans()) else None,
        next_step=draw(maybe),
        waits_for=draw(maybe),
        objection=draw(maybe),
        revises_id=before[0].id
        if before and status is not RowStatus.AGREED and draw(st.booleans())
        else None,
        ends_row=draw(st.booleans()),
        unit_id=units[0].id if draw(st.booleans()) and units else None,
        answered_at=draw(st.one_of(st.none(), moments)),
        written_at=draw(moments),
        written_as=draw(maybe),
        place=draw(st.integers(0, 99)),
        told=tuple(told),
    )


@st.composite
def goal_of(draw: st.DrawFn, n: int, answers: list[Said]) -> SharedGoal:
    return SharedGoal(
        id=named("goal", n),
        words=draw(said),
        noticed_by=draw(maybe),
        area=draw(maybe),
        place=draw(st.integers(0, 99)),
        ended_on=draw(st.one_of(st.none(), days)),
        written_as=draw(maybe),
        answer_id=answers[0].id if draw(st.booleans()) and answers else None,
    )


@st.composite
def round_of(draw: st.DrawFn, n: int) -> Round:
    said = draw(st.dictionaries(st.sampled_from(Question), st.sampled_from(Reply)))
    return Round(
        id=named("round", n),
        answered_at=draw(moments),
        answers=tuple((each, said[each]) for each in Question if each in said),
        shared=draw(st.booleans()),
    )


@st.composite
def participant_of(draw: st.DrawFn, n: int, units: list[Body], near: list[Near]) -> TakesPart:
    kinds = [ParticipantKind.SCHOOL, ParticipantKind.OTHER]
    kind = draw(
        st.sampled_from([*kinds, *([ParticipantKind.UNIT] if units else []), ParticipantKind.RELATIVE])
    )
    relative = kind is ParticipantKind.RELATIVE and bool(near)
    return TakesPart(
        id=named("participant", n),
        kind=kind,
        chosen_at=draw(moments),
        relative_id=near[0].id if relative else None,
        unit_id=units[0].id if kind is ParticipantKind.UNIT else None,
        name=draw(said),
        role=draw(maybe),
        ended_at=draw(st.one_of(st.none(), moments)),
    )


@st.composite
def consent_of(draw: st.DrawFn, n: int, units: list[Body]) -> Agreement:
    return Agreement(
        id=named("consent", n),
        flow=draw(flows),
        units=tuple(unit.id for unit in units),
        areas=tuple(draw(st.sets(st.sampled_from(["plan", "contacts", "reminders"]), min_size=1))),
        how=draw(st.sampled_from(["oral", "written"])),
        recorded_by=draw(said),
        from_on=draw(days),
        until_on=draw(days),
        given_at=draw(moments),
        withdrawn=draw(st.booleans()),
    )


def small() -> Shared:
    """A whole plan that is always the same, for what is broken on purpose."""
    region = Body(id=named("organisation", 0), name="Region Norrbotten", huvudman="region")
    unit = Body(
        id=named("unit", 0), name="Arjeplogs hälsocentral", hsa_id="SE2321000230-ABCD", part_of=region.id
    )
    lisa = Near(id=named("relative", 0), name="Lisa")
    return Shared(
        id=named("plan", 1),
        whose=Whose(id=AINO, name="Aino", number=NUMBER),
        begun_on=date(2026, 1, 12),
        changed_at=NOON,
        overall_id=region.id,
        bodies=(region, unit),
        near=(lisa,),
        goals=(SharedGoal(id=named("goal", 0), words="Gå ut med Ludde"),),
        rows=(
            SharedRow(
                id=named("row", 0),
                what="Vi hörs i telefon",
                doer=Doer.REGION,
                status=RowStatus.AGREED,
                organisation_id=region.id,
                written_at=NOON,
            ),
            SharedRow(
                id=named("row", 1), what="Väga mig", doer=Doer.ME, status=RowStatus.PROPOSED, written_at=NOON
            ),
        ),
    )
