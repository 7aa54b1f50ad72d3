"""Asking what matters, keeping every version of the answer, and saying who has read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import Uuid, bindparam, delete, select
from sqlalchemy.orm import Session

from webapp.core.access import Sight
from webapp.core.db import rows
from webapp.sharing.marks import as_seen, written_as
from webapp.what_matters.models import Answer, AnswerVersion, Draft, Prompt, ReadReceipt


class ChangedMeanwhile(Exception):
    """Somebody saved other words since this form was opened; `words` are theirs. Nothing was saved."""

    def __init__(self, words: str, version: int) -> None:
        super().__init__("the answer was changed meanwhile")
        self.words = words
        self.version = version


@dataclass(frozen=True, slots=True)
class Words:
    """One prompt as a reader sees it; `words` is empty where nothing is said, or nothing may be read."""

    prompt: Prompt
    words: str = ""
    version: int = 0
    version_id: UUID | None = None
    written_at: datetime | None = None
    written_as: str = ""
    for_relatives: bool = False
    for_team: bool = False
    hidden: bool = False  # there are words, but not for this reader
    readers: tuple[tuple[str, datetime], ...] = ()
    draft: str = ""


_PERSON = bindparam("person_id", type_=Uuid())
_STANDS = (AnswerVersion.answer_id == Answer.id) & (AnswerVersion.number == Answer.version)
# Made once: putting a query together costs twice what running it does.
_SAID = (
    select(
        Answer.prompt,
        Answer.for_relatives,
        Answer.for_team,
        AnswerVersion.id,
        AnswerVersion.number,
        AnswerVersion.words,
        AnswerVersion.written_at,
        AnswerVersion.written_as,
        Answer.id.label("answer_id"),
    )
    .join(AnswerVersion, _STANDS)
    .where(Answer.person_id == _PERSON)
)
_RECEIPTS = (
    select(ReadReceipt.version_id, ReadReceipt.reader, ReadReceipt.read_at)
    .join(AnswerVersion, AnswerVersion.id == ReadReceipt.version_id)
    .join(Answer, _STANDS)
    .where(Answer.person_id == _PERSON)
    .order_by(ReadReceipt.read_at)
)
_DRAFTS = select(Draft.prompt, Draft.words).where(
    Draft.person_id == _PERSON, Draft.account_id == bindparam("account_id", type_=Uuid())
)


def all_words(session: Session, sight: Sight) -> list[Words]:
    """The four prompts in order, each with what this reader may read. Two queries and one for the draft."""
    person = {"person_id": sight.person_id}
    said = {row.prompt: row for row in rows(session, _SAID, person)}
    receipts = rows(session, _RECEIPTS, person)
    kept = rows(session, _DRAFTS, {**person, "account_id": sight.reader.account_id})
    drafts = {row.prompt: row.words for row in kept}
    return [_words(prompt, said.get(prompt), receipts, drafts.get(prompt, ""), sight) for prompt in Prompt]


def _words(prompt: Prompt, said: Any, receipts: Sequence[Any], draft: str, sight: Sight) -> Words:
    """One prompt, from a row of _SAID and those of _RECEIPTS."""
    if said is None:
        return Words(prompt, draft=draft)
    if not may_read(sight, said):
        return Words(prompt, hidden=True)
    return Words(
        prompt=prompt,
        words=said.words,
        version=said.number,
        version_id=said.id,
        written_at=said.written_at,
        written_as=as_seen(sight, said.written_as),
        for_relatives=said.for_relatives,
        for_team=said.for_team,
        readers=tuple((row.reader, row.read_at) for row in receipts if row.version_id == said.id),
        draft=draft,
    )


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it stands: what a goal can point at."""

    answer_id: UUID
    prompt: Prompt
    words: str


def said(session: Session, sight: Sight) -> list[Said]:
    """The person's answers that this reader may read, in the order of the prompts. One query."""
    found = {row.prompt: row for row in rows(session, _SAID, {"person_id": sight.person_id})}
    return [
        Said(found[prompt].answer_id, prompt, found[prompt].words)
        for prompt in Prompt
        if prompt in found and found[prompt].words and may_read(sight, found[prompt])
    ]


class Shared(Protocol):
    """Who may read one answer, besides the person: an Answer, or a row of _SAID."""

    @property
    def for_relatives(self) -> bool: ...
    @property
    def for_team(self) -> bool: ...


def may_read(sight: Sight, answer: Shared) -> bool:
    """The person reads everything; a relative or the team only what the person has said they may."""
    if sight.is_self:
        return True
    return answer.for_team if sight.cares else answer.for_relatives


def may_rewrite(sight: Sight, readable: bool, by: str) -> bool:
    """The person's own words are changed by the person alone; what others wrote down can be mended."""
    return sight.is_self or (readable and by != "")


def write(
    session: Session, sight: Sight, prompt: Prompt, words: str, base_version: int, now: datetime
) -> AnswerVersion:
    """Save words as a new version; the one who writes for somebody else is named beside them.

    `base_version` is the version the writer saw (0: none). Raises ChangedMeanwhile if another stands now.
    Saving the same words again makes no version.
    """
    answer = session.scalars(
        select(Answer).where(Answer.person_id == sight.person_id, Answer.prompt == prompt).with_for_update()
    ).first()
    if answer is None:
        answer = Answer(
            id=uuid4(),
            person_id=sight.person_id,
            prompt=prompt,
            version=0,
            for_team=sight.cares,  # who writes it down may also read it; the person can change that
            for_relatives=not sight.is_self and not sight.cares,
        )
        session.add(answer)
        session.flush()
    current = _version(session, answer.id, answer.version)
    if current is not None:
        readable = may_read(sight, answer)
        same = readable and current.words == words
        stands = answer.version != base_version or not may_rewrite(sight, readable, current.written_as)
        if stands and not same:
            raise ChangedMeanwhile(current.words if readable else "", answer.version)
        if same:
            drop_draft(session, sight, prompt)
            return current
    drop_draft(session, sight, prompt)
    answer.version += 1
    version = AnswerVersion(
        id=uuid4(),
        person_id=sight.person_id,
        answer_id=answer.id,
        number=answer.version,
        words=words,
        written_at=now,
        written_by=sight.reader.account_id,
        written_as=written_as(sight),
    )
    session.add(version)
    session.flush()
    return version


def _version(session: Session, answer_id: UUID, number: int) -> AnswerVersion | None:
    return session.scalars(
        select(AnswerVersion).where(AnswerVersion.answer_id == answer_id, AnswerVersion.number == number)
    ).first()


def share(session: Session, sight: Sight, prompt: Prompt, *, relatives: bool, team: bool) -> bool:
    """The person says who else may read one answer. False if there is no answer to share."""
    answer = session.scalars(
        select(Answer).where(Answer.person_id == sight.person_id, Answer.prompt == prompt)
    ).first()
    if answer is None:
        return False
    answer.for_relatives, answer.for_team = relatives, team
    return True


def history(session: Session, sight: Sight, prompt: Prompt) -> list[AnswerVersion]:
    """Every version of one answer, the newest first: for the person alone, who shared only what stood then."""
    if not sight.is_self:
        return []
    found = session.execute(
        select(Answer, AnswerVersion)
        .join(AnswerVersion, AnswerVersion.answer_id == Answer.id)
        .where(Answer.person_id == sight.person_id, Answer.prompt == prompt)
        .order_by(AnswerVersion.number.desc())
    ).all()
    return [version for _, version in found]


def keep_draft(session: Session, sight: Sight, prompt: Prompt, words: str, now: datetime) -> None:
    """Keep unfinished words for the one who writes them; nobody else ever reads a draft."""
    drop_draft(session, sight, prompt)
    if words:
        session.add(
            Draft(
                person_id=sight.person_id,
                prompt=prompt,
                account_id=sight.reader.account_id,
                words=words,
                kept_at=now,
            )
        )
        session.flush()


def drop_draft(session: Session, sight: Sight, prompt: Prompt) -> None:
    session.execute(
        delete(Draft).where(
            Draft.person_id == sight.person_id,
            Draft.prompt == prompt,
            Draft.account_id == sight.reader.account_id,
        )
    )


def give_receipt(session: Session, sight: Sight, version_id: UUID, now: datetime) -> bool:
    """Staff say that they have read these words. False when the words are not there for them to read."""
    row = session.execute(
        select(Answer, AnswerVersion)
        .join(AnswerVersion, AnswerVersion.answer_id == Answer.id)
        .where(AnswerVersion.id == version_id, AnswerVersion.person_id == sight.person_id)
    ).first()
    reader = sight.reader
    if row is None or not may_read(sight, row.Answer) or reader.staff_id is None or reader.unit_id is None:
        return False
    already = session.scalar(
        select(ReadReceipt.id).where(
            ReadReceipt.version_id == version_id,
            ReadReceipt.unit_id == reader.unit_id,
            ReadReceipt.staff_id == reader.staff_id,
        )
    )
    if already is None:
        session.add(
            ReadReceipt(
                person_id=sight.person_id,
                version_id=version_id,
                staff_id=reader.staff_id,
                unit_id=reader.unit_id,
                reader=written_as(sight),
                read_at=now,
            )
        )
        session.flush()
    return True


def can_write(sight: Sight, said: Words) -> bool:
    """Whether this reader may write here: where nothing is said, or where they may rewrite what is."""
    if said.hidden:
        return False
    return not said.words or may_rewrite(sight, True, said.written_as)
