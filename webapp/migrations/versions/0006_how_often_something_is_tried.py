"""How often something is tried."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('tries',
    sa.Column('key', sa.LargeBinary(length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_tries'))
    )
    with op.batch_alter_table('tries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tries_until'), ['until'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('tries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_tries_until'))
    op.drop_table('tries')
