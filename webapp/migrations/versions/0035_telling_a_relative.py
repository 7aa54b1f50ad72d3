"""When nobody answers: one repeat, and relatives who are told in turn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.add_column(sa.Column('repeat_after_minutes', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('tell_after_minutes', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('quiet_hours', sa.String(length=11), server_default='', nullable=False))
        batch_op.create_check_constraint(
            batch_op.f('ck_reminder_waits_within_reason'),
            'repeat_after_minutes BETWEEN 5 AND 240 AND tell_after_minutes BETWEEN 5 AND 1440',
        )
    with op.batch_alter_table('occurrence', schema=None) as batch_op:
        batch_op.add_column(sa.Column('tell_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('repeat_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            'ix_occurrence_repeat',
            ['repeat_at'],
            unique=False,
            sqlite_where=sa.text('repeat_at IS NOT NULL'),
            postgresql_where=sa.text('repeat_at IS NOT NULL'),
        )
        batch_op.create_index(
            'ix_occurrence_tell',
            ['tell_at'],
            unique=False,
            sqlite_where=sa.text('tell_at IS NOT NULL'),
            postgresql_where=sa.text('tell_at IS NOT NULL'),
        )

    op.create_table('reminder_relative',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('reminder_id', sa.Uuid(), nullable=False),
    sa.Column('relative_id', sa.Uuid(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_reminder_relative_person_id')),
    sa.ForeignKeyConstraint(['relative_id'], ['person.id'], name=op.f('fk_reminder_relative_relative_id')),
    sa.ForeignKeyConstraint(['reminder_id'], ['reminder.id'], name=op.f('fk_reminder_relative_reminder_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder_relative')),
    sa.UniqueConstraint('reminder_id', 'relative_id', name=op.f('uq_reminder_relative_reminder_id_relative_id'))
    )
    with op.batch_alter_table('reminder_relative', schema=None) as batch_op:
        batch_op.create_index('ix_reminder_relative_person', ['person_id'], unique=False)

    op.create_table('told_relative',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('occurrence_id', sa.Uuid(), nullable=False),
    sa.Column('relative_id', sa.Uuid(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('called_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['occurrence_id'], ['occurrence.id'], name=op.f('fk_told_relative_occurrence_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_told_relative_person_id')),
    sa.ForeignKeyConstraint(['relative_id'], ['person.id'], name=op.f('fk_told_relative_relative_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_told_relative')),
    sa.UniqueConstraint('occurrence_id', 'relative_id', name=op.f('uq_told_relative_occurrence_id_relative_id'))
    )
    with op.batch_alter_table('told_relative', schema=None) as batch_op:
        batch_op.create_index('ix_told_relative_person', ['person_id'], unique=False)
        batch_op.create_index('ix_told_relative_relative', ['relative_id'], unique=False)


def downgrade() -> None:
    op.drop_table('told_relative')
    op.drop_table('reminder_relative')
    with op.batch_alter_table('occurrence', schema=None) as batch_op:
        batch_op.drop_index('ix_occurrence_tell')
        batch_op.drop_index('ix_occurrence_repeat')
        batch_op.drop_column('repeat_at')
        batch_op.drop_column('tell_at')
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_reminder_waits_within_reason'), type_='check')
        batch_op.drop_column('quiet_hours')
        batch_op.drop_column('tell_after_minutes')
        batch_op.drop_column('repeat_after_minutes')
