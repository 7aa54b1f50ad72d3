"""A reminder says whether the same text went to many."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.add_column(sa.Column('to_several', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute('UPDATE reminder SET to_several = true WHERE id IN (SELECT reminder_id FROM broadcast_recipient)')
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.alter_column('to_several', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.drop_column('to_several')
