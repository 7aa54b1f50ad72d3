"""How often each unit has opened somebody in an emergency, without whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('emergency_tally',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('opened_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_emergency_tally_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_emergency_tally'))
    )
    with op.batch_alter_table('emergency_tally', schema=None) as batch_op:
        batch_op.create_index('ix_emergency_tally_unit', ['unit_id', 'opened_on'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('emergency_tally', schema=None) as batch_op:
        batch_op.drop_index('ix_emergency_tally_unit')
    op.drop_table('emergency_tally')
