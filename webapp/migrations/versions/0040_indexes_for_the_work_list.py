"""What a unit's work list looks for is found by indexes of its own: what was missed, frozen, ending or left open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('occurrence', schema=None) as batch_op:
        batch_op.create_index('ix_occurrence_missed', ['reminder_id', 'due_at'], unique=False, sqlite_where=sa.text("outcome = 'undelivered' OR outcome = 'unanswered'"), postgresql_where=sa.text("outcome = 'undelivered' OR outcome = 'unanswered'"))
    with op.batch_alter_table('plan', schema=None) as batch_op:
        batch_op.create_index('ix_plan_frozen', ['unit_id'], unique=False, sqlite_where=sa.text("frozen_at IS NOT NULL"), postgresql_where=sa.text("frozen_at IS NOT NULL"))
    with op.batch_alter_table('care_contact', schema=None) as batch_op:
        batch_op.create_index('ix_care_contact_ends', ['unit_id', 'until_on'], unique=False, sqlite_where=sa.text("until_on IS NOT NULL"), postgresql_where=sa.text("until_on IS NOT NULL"))
    with op.batch_alter_table('freeze', schema=None) as batch_op:
        batch_op.create_index('ix_freeze_stands', ['unit_id'], unique=False, sqlite_where=sa.text("lifted_at IS NULL"), postgresql_where=sa.text("lifted_at IS NULL"))
    with op.batch_alter_table('agreed_time', schema=None) as batch_op:
        batch_op.create_index('ix_agreed_time_not_closed', ['organisation_id', 'starts_at'], unique=False, sqlite_where=sa.text("closed_at IS NULL AND cancelled_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL AND cancelled_at IS NULL"))


def downgrade() -> None:
    with op.batch_alter_table('agreed_time', schema=None) as batch_op:
        batch_op.drop_index('ix_agreed_time_not_closed', sqlite_where=sa.text("closed_at IS NULL AND cancelled_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL AND cancelled_at IS NULL"))
    with op.batch_alter_table('freeze', schema=None) as batch_op:
        batch_op.drop_index('ix_freeze_stands', sqlite_where=sa.text("lifted_at IS NULL"), postgresql_where=sa.text("lifted_at IS NULL"))
    with op.batch_alter_table('care_contact', schema=None) as batch_op:
        batch_op.drop_index('ix_care_contact_ends', sqlite_where=sa.text("until_on IS NOT NULL"), postgresql_where=sa.text("until_on IS NOT NULL"))
    with op.batch_alter_table('plan', schema=None) as batch_op:
        batch_op.drop_index('ix_plan_frozen', sqlite_where=sa.text("frozen_at IS NOT NULL"), postgresql_where=sa.text("frozen_at IS NOT NULL"))
    with op.batch_alter_table('occurrence', schema=None) as batch_op:
        batch_op.drop_index('ix_occurrence_missed', sqlite_where=sa.text("outcome = 'undelivered' OR outcome = 'unanswered'"), postgresql_where=sa.text("outcome = 'undelivered' OR outcome = 'unanswered'"))
