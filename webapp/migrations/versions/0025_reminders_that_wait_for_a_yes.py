"""Reminders that wait for the person's yes to a row, and who said yes to a SIP."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('row_reminder',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('row_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('own_language_text', sa.Text(), nullable=False),
    sa.Column('own_language', sa.String(length=3), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('how', sa.Text(), nullable=False),
    sa.Column('if_not', sa.Text(), nullable=False),
    sa.Column('assessed_by', sa.Text(), nullable=False),
    sa.Column('times', sa.String(length=60), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('weeks', sa.Integer(), nullable=False),
    sa.Column('set_by_account', sa.Uuid(), nullable=False),
    sa.Column('set_as', sa.String(length=300), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=True),
    sa.Column('says', sa.Text(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reminder_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint('days BETWEEN 1 AND 127', name=op.f('ck_row_reminder_has_a_day')),
    sa.CheckConstraint('weeks BETWEEN 1 AND 52', name=op.f('ck_row_reminder_ends_within_a_year')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_row_reminder_person_id')),
    sa.ForeignKeyConstraint(['reminder_id'], ['reminder.id'], name=op.f('fk_row_reminder_reminder_id')),
    sa.ForeignKeyConstraint(['row_id'], ['plan_row.id'], name=op.f('fk_row_reminder_row_id')),
    sa.ForeignKeyConstraint(['set_by_account'], ['account.id'], name=op.f('fk_row_reminder_set_by_account')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_row_reminder_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_row_reminder')),
    sa.UniqueConstraint('row_id', name=op.f('uq_row_reminder_row_id'))
    )
    with op.batch_alter_table('row_reminder', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_row_reminder_person_id'), ['person_id'], unique=False)

    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.add_column(sa.Column('given_by_id', sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_consent_given_by_id'), 'person', ['given_by_id'], ['id'])



def downgrade() -> None:
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_consent_given_by_id'), type_='foreignkey')
        batch_op.drop_column('given_by_id')

    with op.batch_alter_table('row_reminder', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_row_reminder_person_id'))

    op.drop_table('row_reminder')
