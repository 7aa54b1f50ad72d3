"""Paper codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('paper_code',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('code_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('how', sa.Enum('id_card', 'known', 'vouched', name='how_known', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('made_as', sa.String(length=300), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_paper_code_person_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff_member.id'], name=op.f('fk_paper_code_staff_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_paper_code_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_code')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_paper_code_code_hash'))
    )
    with op.batch_alter_table('paper_code', schema=None) as batch_op:
        batch_op.create_index('ix_paper_code_person', ['person_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('paper_code', schema=None) as batch_op:
        batch_op.drop_index('ix_paper_code_person')

    op.drop_table('paper_code')
