"""What staff propose that a person writes about getting worse."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('worse_proposal',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('plan_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('signs', sa.Text(), nullable=False),
    sa.Column('do', sa.Text(), nullable=False),
    sa.Column('written_as', sa.String(length=300), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.Enum('open', 'taken', 'declined', 'replaced', name='answer', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(answer = 'open') = (answered_at IS NULL)", name=op.f('ck_worse_proposal_answered_some_time')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_worse_proposal_person_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_worse_proposal_plan_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_worse_proposal_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_worse_proposal'))
    )
    with op.batch_alter_table('worse_proposal', schema=None) as batch_op:
        batch_op.create_index('ix_worse_proposal_person_id', ['person_id'], unique=False)
        batch_op.create_index('ix_worse_proposal_plan', ['plan_id', 'answer'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('worse_proposal', schema=None) as batch_op:
        batch_op.drop_index('ix_worse_proposal_plan')
        batch_op.drop_index('ix_worse_proposal_person_id')
    op.drop_table('worse_proposal')
