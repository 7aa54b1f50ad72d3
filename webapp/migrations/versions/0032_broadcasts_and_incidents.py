"""Texts to several, ready texts, and what went wrong; and who wants none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('message_template',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('texts', sa.Text(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_as', sa.String(length=300), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message_template'))
    )
    op.create_table('broadcast',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('sent_as', sa.String(length=300), nullable=False),
    sa.Column('stage', sa.Enum('draft', 'confirmed', 'handed_out', 'undone', 'recalled', name='stage', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('template_id', sa.Uuid(), nullable=True),
    sa.Column('chosen', sa.Text(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('about_on', sa.Date(), nullable=True),
    sa.Column('about_at', sa.Time(), nullable=True),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('at', sa.Time(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hand_out_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(stage = 'draft') = (confirmed_at IS NULL)", name=op.f('ck_broadcast_confirmed_some_time')),
    sa.CheckConstraint('until_on >= on_day', name=op.f('ck_broadcast_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_broadcast_account_id')),
    sa.ForeignKeyConstraint(['template_id'], ['message_template.id'], name=op.f('fk_broadcast_template_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_broadcast_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_broadcast'))
    )
    with op.batch_alter_table('broadcast', schema=None) as batch_op:
        batch_op.create_index('ix_broadcast_unit', ['unit_id', 'made_at'], unique=False)
        batch_op.create_index('ix_broadcast_waiting', ['hand_out_at'], unique=False, sqlite_where=sa.text('hand_out_at IS NOT NULL'), postgresql_where=sa.text('hand_out_at IS NOT NULL'))

    op.create_table('broadcast_recipient',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('broadcast_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('handed', sa.Enum('waiting', 'handed', 'left_out', 'called_off', name='handed', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reminder_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['broadcast_id'], ['broadcast.id'], name=op.f('fk_broadcast_recipient_broadcast_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_broadcast_recipient_person_id')),
    sa.ForeignKeyConstraint(['reminder_id'], ['reminder.id'], name=op.f('fk_broadcast_recipient_reminder_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_broadcast_recipient_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_broadcast_recipient')),
    sa.UniqueConstraint('broadcast_id', 'person_id', name=op.f('uq_broadcast_recipient_broadcast_id_person_id'))
    )
    with op.batch_alter_table('broadcast_recipient', schema=None) as batch_op:
        batch_op.create_index('ix_broadcast_recipient_handed', ['broadcast_id', 'handed'], unique=False)
        batch_op.create_index('ix_broadcast_recipient_person', ['person_id'], unique=False)
        batch_op.create_index('ix_broadcast_recipient_reminder', ['reminder_id'], unique=False)

    op.create_table('incident',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('broadcast_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('written_as', sa.String(length=300), nullable=False),
    sa.Column('happened', sa.Text(), nullable=False),
    sa.Column('had_it', sa.Integer(), nullable=False),
    sa.Column('notified', sa.Integer(), nullable=False),
    sa.Column('done', sa.Text(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_as', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_incident_account_id')),
    sa.ForeignKeyConstraint(['broadcast_id'], ['broadcast.id'], name=op.f('fk_incident_broadcast_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_incident_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident')),
    sa.UniqueConstraint('broadcast_id', name=op.f('uq_incident_broadcast_id'))
    )
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.create_index('ix_incident_unit', ['unit_id', 'at'], unique=False)

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('no_broadcasts', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.alter_column('no_broadcasts', server_default=None)



def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('no_broadcasts')

    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.drop_index('ix_incident_unit')

    op.drop_table('incident')
    with op.batch_alter_table('broadcast_recipient', schema=None) as batch_op:
        batch_op.drop_index('ix_broadcast_recipient_reminder')
        batch_op.drop_index('ix_broadcast_recipient_person')
        batch_op.drop_index('ix_broadcast_recipient_handed')

    op.drop_table('broadcast_recipient')
    with op.batch_alter_table('broadcast', schema=None) as batch_op:
        batch_op.drop_index('ix_broadcast_waiting', sqlite_where=sa.text('hand_out_at IS NOT NULL'), postgresql_where=sa.text('hand_out_at IS NOT NULL'))
        batch_op.drop_index('ix_broadcast_unit')

    op.drop_table('broadcast')
    op.drop_table('message_template')
