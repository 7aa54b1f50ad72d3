"""Care relations end, the person blocks a unit, staff open in an emergency."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('block',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_block_person_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_block_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_block'))
    )
    with op.batch_alter_table('block', schema=None) as batch_op:
        batch_op.create_index('ix_block_unit', ['unit_id'], unique=False)
        batch_op.create_index('uq_block_open', ['person_id', 'unit_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('emergency',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('unit_name', sa.String(length=200), nullable=False),
    sa.Column('role', sa.String(length=100), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_emergency_person_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff_member.id'], name=op.f('fk_emergency_staff_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_emergency_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_emergency'))
    )
    with op.batch_alter_table('emergency', schema=None) as batch_op:
        batch_op.create_index('ix_emergency_person', ['person_id', 'opened_at'], unique=False)
        batch_op.create_index('ix_emergency_staff', ['staff_id', 'opened_at'], unique=False)
        batch_op.create_index('ix_emergency_unit', ['unit_id', 'opened_at'], unique=False)

    with op.batch_alter_table('care_relation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('begun_by', sa.String(length=300), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('ended_by', sa.String(length=300), nullable=False, server_default=''))



def downgrade() -> None:
    with op.batch_alter_table('care_relation', schema=None) as batch_op:
        batch_op.drop_column('ended_by')
        batch_op.drop_column('ended_at')
        batch_op.drop_column('begun_by')

    with op.batch_alter_table('emergency', schema=None) as batch_op:
        batch_op.drop_index('ix_emergency_unit')
        batch_op.drop_index('ix_emergency_staff')
        batch_op.drop_index('ix_emergency_person')

    op.drop_table('emergency')
    with op.batch_alter_table('block', schema=None) as batch_op:
        batch_op.drop_index('uq_block_open', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index('ix_block_unit')

    op.drop_table('block')
