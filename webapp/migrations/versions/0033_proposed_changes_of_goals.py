"""What somebody else proposes that a goal says, until the person has answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('goal', schema=None) as batch_op:
        batch_op.add_column(sa.Column('proposal', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('proposed_as', sa.String(length=300), nullable=False, server_default=''))
    with op.batch_alter_table('goal', schema=None) as batch_op:
        batch_op.alter_column('proposal', server_default=None)
        batch_op.alter_column('proposed_as', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('goal', schema=None) as batch_op:
        batch_op.drop_column('proposed_as')
        batch_op.drop_column('proposal')
