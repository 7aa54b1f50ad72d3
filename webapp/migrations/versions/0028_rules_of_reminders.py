"""Reminders every so many days or weeks, with breaks, on the minute, and no longer than staff's judgement holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.add_column(sa.Column('every_days', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('every_weeks', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('breaks', sa.String(length=220), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('exact', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('reassess_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('call_contact_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('call_number', sa.String(length=40), nullable=False, server_default=''))
    reminder = sa.table('reminder', *(sa.column(name) for name in ('set_by', 'until_on', 'reassess_on')))
    op.execute(reminder.update().where(reminder.c.set_by == 'staff').values(reassess_on=reminder.c.until_on))
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        for name in ('every_days', 'every_weeks', 'breaks', 'exact', 'call_number'):
            batch_op.alter_column(name, server_default=None)
        batch_op.create_foreign_key(batch_op.f('fk_reminder_call_contact_id'), 'care_contact', ['call_contact_id'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_reminder_ends_when_assessed_anew'), "set_by <> 'staff' OR (reassess_on IS NOT NULL AND until_on <= reassess_on)")
        batch_op.create_check_constraint(batch_op.f('ck_reminder_steps_by_days_or_weeks'), "every_days BETWEEN 1 AND 99 AND every_weeks BETWEEN 1 AND 52 AND (every_days = 1 OR (every_weeks = 1 AND days = 127))")


def downgrade() -> None:
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_reminder_steps_by_days_or_weeks'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_reminder_ends_when_assessed_anew'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_reminder_call_contact_id'), type_='foreignkey')
        for name in ('call_number', 'call_contact_id', 'reassess_on', 'exact', 'breaks', 'every_weeks', 'every_days'):
            batch_op.drop_column(name)
