"""Personal numbers: sealed, and found by a code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('number', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('number_mac', sa.LargeBinary(length=32), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_person_number_mac'), ['number_mac'])


def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_person_number_mac'), type_='unique')
        batch_op.drop_column('number_mac')
        batch_op.drop_column('number')
