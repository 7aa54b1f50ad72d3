"""Who wrote down that somebody more takes part in a plan."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('plan_participant', schema=None) as batch_op:
        batch_op.add_column(sa.Column('recorded_as', sa.String(length=300), nullable=False, server_default=''))
    with op.batch_alter_table('plan_participant', schema=None) as batch_op:
        batch_op.alter_column('recorded_as', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('plan_participant', schema=None) as batch_op:
        batch_op.drop_column('recorded_as')
