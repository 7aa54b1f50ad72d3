"""Devices and the lost phone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('login', schema=None) as batch_op:
        batch_op.add_column(sa.Column('device', sa.String(length=40), nullable=False, server_default=''))
    with op.batch_alter_table('login', schema=None) as batch_op:
        batch_op.alter_column('device', server_default=None)
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('phone_lost_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('phone_lost_at')
    with op.batch_alter_table('login', schema=None) as batch_op:
        batch_op.drop_column('device')
