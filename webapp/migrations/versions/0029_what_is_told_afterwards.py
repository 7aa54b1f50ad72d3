"""Answers told afterwards, as from a paper calendar."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('occurrence', schema=None) as batch_op:
        batch_op.add_column(sa.Column('told_later', sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table('occurrence_press', schema=None) as batch_op:
        batch_op.add_column(sa.Column('said_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('occurrence_press', schema=None) as batch_op:
        batch_op.drop_column('said_at')
    with op.batch_alter_table('occurrence', schema=None) as batch_op:
        batch_op.drop_column('told_later')
