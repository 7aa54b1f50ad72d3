"""A calendar that fetches a person's times may fetch the times of their reminders too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('calendar_feed', schema=None) as batch_op:
        batch_op.add_column(sa.Column('with_reminders', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('calendar_feed', schema=None) as batch_op:
        batch_op.alter_column('with_reminders', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('calendar_feed', schema=None) as batch_op:
        batch_op.drop_column('with_reminders')
