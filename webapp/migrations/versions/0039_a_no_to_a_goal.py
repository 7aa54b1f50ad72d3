"""A no to what was proposed for a goal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('goal', schema=None) as batch_op:
        batch_op.add_column(sa.Column('proposed_unit_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('refused_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(op.f('fk_goal_proposed_unit_id'), 'unit', ['proposed_unit_id'], ['id'])
        batch_op.create_index('ix_goal_refused', ['person_id'], unique=False, sqlite_where=sa.text('refused_at IS NOT NULL'), postgresql_where=sa.text('refused_at IS NOT NULL'))


def downgrade() -> None:
    with op.batch_alter_table('goal', schema=None) as batch_op:
        batch_op.drop_index('ix_goal_refused')
        batch_op.drop_constraint(op.f('fk_goal_proposed_unit_id'), type_='foreignkey')
        batch_op.drop_column('refused_at')
        batch_op.drop_column('proposed_unit_id')
