"""Meetings with questions, invitees and what was decided; calendars that follow along.

A question that stood on a time becomes a row of its own, the person's, sealed anew for where it stands now.
"""

from __future__ import annotations

from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

from webapp.core.db import keys_at
from webapp.core.keyring import Keys
from webapp.core.sealing import opened, seal

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

TEXTS = ('link', 'called_by', 'notes', 'decisions', 'ends_because')
TIME = sa.table(
    'agreed_time',
    sa.column('id', sa.Uuid()),
    sa.column('person_id', sa.Uuid()),
    sa.column('question', sa.Text()),
    sa.column('changed_at', sa.DateTime(timezone=True)),
)
QUESTION = sa.table(
    'meeting_question',
    sa.column('id', sa.Uuid()),
    sa.column('person_id', sa.Uuid()),
    sa.column('time_id', sa.Uuid()),
    sa.column('words', sa.Text()),
    sa.column('written_as', sa.String()),
    sa.column('written_at', sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    with op.batch_alter_table('agreed_time', schema=None) as batch_op:
        batch_op.add_column(sa.Column('unit_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('minutes', sa.Integer(), nullable=True))
        for name in TEXTS:
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('sequence', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('next_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('plan_ends', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_foreign_key(batch_op.f('fk_agreed_time_unit_id'), 'unit', ['unit_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_agreed_time_next_id'), 'agreed_time', ['next_id'], ['id'])
        batch_op.create_check_constraint(
            batch_op.f('ck_agreed_time_closed_with_a_next'), 'closed_at IS NULL OR next_id IS NOT NULL OR plan_ends'
        )
        batch_op.create_check_constraint(
            batch_op.f('ck_agreed_time_cancelled_is_not_held'), 'closed_at IS NULL OR cancelled_at IS NULL'
        )
    op.execute(sa.update(TIME).values(changed_at=sa.func.current_timestamp()))
    op.create_table('meeting_question',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('time_id', sa.Uuid(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('written_as', sa.String(length=300), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['account.id'], name=op.f('fk_meeting_question_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_meeting_question_person_id')),
    sa.ForeignKeyConstraint(['time_id'], ['agreed_time.id'], name=op.f('fk_meeting_question_time_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting_question'))
    )
    with op.batch_alter_table('meeting_question', schema=None) as batch_op:
        batch_op.create_index('ix_meeting_question_person', ['person_id', 'time_id'], unique=False)
    op.create_table('meeting_invitee',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('time_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('came', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['participant_id'], ['plan_participant.id'], name=op.f('fk_meeting_invitee_participant_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_meeting_invitee_person_id')),
    sa.ForeignKeyConstraint(['time_id'], ['agreed_time.id'], name=op.f('fk_meeting_invitee_time_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting_invitee')),
    sa.UniqueConstraint('time_id', 'participant_id', name=op.f('uq_meeting_invitee_time_id_participant_id'))
    )
    with op.batch_alter_table('meeting_invitee', schema=None) as batch_op:
        batch_op.create_index('ix_meeting_invitee_person', ['person_id', 'time_id'], unique=False)
    op.create_table('calendar_feed',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('with_place', sa.Boolean(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_calendar_feed_account_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_calendar_feed_owner_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_calendar_feed_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_feed')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_feed_token_hash'))
    )
    with op.batch_alter_table('calendar_feed', schema=None) as batch_op:
        batch_op.create_index('ix_calendar_feed_person', ['person_id'], unique=False)
    _questions_to_rows(op.get_bind())
    with op.batch_alter_table('agreed_time', schema=None) as batch_op:
        for name in (*TEXTS, 'sequence', 'plan_ends'):
            batch_op.alter_column(name, server_default=None)
        batch_op.alter_column('changed_at', existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.drop_column('question')


def _questions_to_rows(connection: sa.Connection) -> None:
    for row in connection.execute(sa.select(TIME).where(TIME.c.question != '')).all():
        keys, new = _keys(connection), uuid4()
        words = opened(keys, 'agreed_time.question', row.id.hex, row.question)
        connection.execute(
            sa.insert(QUESTION).values(
                id=new,
                person_id=row.person_id,
                time_id=row.id,
                words=seal(keys, 'meeting_question.words', new.hex, words),
                written_as='',
                written_at=row.changed_at,
            )
        )


def _keys(connection: sa.Connection) -> Keys:
    keys = keys_at(connection.dialect)
    if keys is None:
        raise RuntimeError('this step needs the keys: give them to steps.upgrade or steps.downgrade')
    return keys


def downgrade() -> None:
    with op.batch_alter_table('agreed_time', schema=None) as batch_op:
        batch_op.add_column(sa.Column('question', sa.Text(), nullable=False, server_default=''))
    _rows_to_questions(op.get_bind())
    op.drop_table('calendar_feed')
    op.drop_table('meeting_invitee')
    op.drop_table('meeting_question')
    with op.batch_alter_table('agreed_time', schema=None) as batch_op:
        batch_op.alter_column('question', server_default=None)
        batch_op.drop_constraint(batch_op.f('ck_agreed_time_cancelled_is_not_held'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_agreed_time_closed_with_a_next'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_agreed_time_next_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_agreed_time_unit_id'), type_='foreignkey')
        for name in ('plan_ends', 'next_id', 'closed_at', 'cancelled_at', 'sequence', 'changed_at', 'minutes', 'unit_id'):
            batch_op.drop_column(name)
        for name in TEXTS:
            batch_op.drop_column(name)


def _rows_to_questions(connection: sa.Connection) -> None:
    """All that was asked before one time, in the one text that it had."""
    words: dict[UUID, list[str]] = {}
    for row in connection.execute(sa.select(QUESTION).order_by(QUESTION.c.written_at)).all():
        said = opened(_keys(connection), 'meeting_question.words', row.id.hex, row.words)
        words.setdefault(row.time_id, []).append(said)
    for time_id, texts in words.items():
        text = seal(_keys(connection), 'agreed_time.question', time_id.hex, '\n\n'.join(texts))
        connection.execute(sa.update(TIME).where(TIME.c.id == time_id).values(question=text))
