"""The situation of a plan is the organisation's whose staff wrote it last; so far, those who began the plan."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None

FLOW = sa.Enum('all', 'elder', 'adult', 'child', 'school', name='situation_flow', native_enum=False, create_constraint=True, length=32)
plan = sa.table('plan', sa.column('unit_id'), sa.column('situation_by_id'), sa.column('situation_flow', sa.String))
unit = sa.table('unit', sa.column('id'), sa.column('organisation_id'), sa.column('flow', sa.String))


def upgrade() -> None:
    with op.batch_alter_table('plan', schema=None) as batch_op:
        batch_op.add_column(sa.Column('situation_by_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('situation_flow', sa.String(length=32), nullable=False, server_default='all'))
    began = sa.select(unit.c.organisation_id).where(unit.c.id == plan.c.unit_id).scalar_subquery()
    kind = sa.select(unit.c.flow).where(unit.c.id == plan.c.unit_id).scalar_subquery()
    op.execute(plan.update().where(plan.c.unit_id.is_not(None)).values(situation_by_id=began, situation_flow=kind))
    with op.batch_alter_table('plan', schema=None) as batch_op:
        batch_op.alter_column('situation_flow', existing_type=sa.String(length=32), type_=FLOW, server_default=None)
        batch_op.create_foreign_key(op.f('fk_plan_situation_by_id'), 'organisation', ['situation_by_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('plan', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_plan_situation_by_id'), type_='foreignkey')
        batch_op.drop_constraint(op.f('ck_plan_situation_flow'), type_='check')
        batch_op.drop_column('situation_flow')
        batch_op.drop_column('situation_by_id')
