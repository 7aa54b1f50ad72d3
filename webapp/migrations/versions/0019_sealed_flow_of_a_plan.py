"""Sealed: the local flow that a plan began from, since it can name an illness."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.migrations.sealing import open_column, seal_column

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('plan', schema=None) as batch_op:
        batch_op.alter_column('starter', existing_type=sa.String(length=60), type_=sa.Text(), existing_nullable=False)
    seal_column(op.get_bind(), 'plan', 'starter')


def downgrade() -> None:
    open_column(op.get_bind(), 'plan', 'starter')
    with op.batch_alter_table('plan', schema=None) as batch_op:
        batch_op.alter_column('starter', existing_type=sa.Text(), type_=sa.String(length=60), existing_nullable=False)
