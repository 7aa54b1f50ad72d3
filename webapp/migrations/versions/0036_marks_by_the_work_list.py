"""Marks by the work list: who has called, and who takes care of it."""

import sqlalchemy as sa
from alembic import op

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('work_mark',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('task', sa.String(length=32), nullable=False),
    sa.Column('thing_id', sa.Uuid(), nullable=False),
    sa.Column('call', sa.Enum('reached', 'no_answer', name='call', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('called_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('called_as', sa.String(length=200), nullable=False),
    sa.Column('about_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('about_on', sa.Date(), nullable=True),
    sa.Column('handed_to', sa.Uuid(), nullable=True),
    sa.Column('handed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handed_as', sa.String(length=200), nullable=False),
    sa.CheckConstraint("(call IS NULL) = (called_at IS NULL)", name=op.f('ck_work_mark_called_at_some_time')),
    sa.CheckConstraint("(handed_to IS NULL) = (handed_at IS NULL)", name=op.f('ck_work_mark_handed_at_some_time')),
    sa.ForeignKeyConstraint(['handed_to'], ['staff_member.id'], name=op.f('fk_work_mark_handed_to')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_work_mark_person_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_work_mark_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_mark')),
    sa.UniqueConstraint('person_id', 'unit_id', 'task', 'thing_id', name=op.f('uq_work_mark_person_id_unit_id_task_thing_id'))
    )
    with op.batch_alter_table('work_mark', schema=None) as batch_op:
        batch_op.create_index('ix_work_mark_unit', ['unit_id'], unique=False)
    with op.batch_alter_table('consent_unit', schema=None) as batch_op:
        batch_op.create_index('ix_consent_unit_unit', ['unit_id'], unique=False)
    with op.batch_alter_table('plan_row', schema=None) as batch_op:
        batch_op.create_index('ix_plan_row_objected', ['person_id'], unique=False, sqlite_where=sa.text("status = 'objected'"), postgresql_where=sa.text("status = 'objected'"))


def downgrade() -> None:
    with op.batch_alter_table('plan_row', schema=None) as batch_op:
        batch_op.drop_index('ix_plan_row_objected', sqlite_where=sa.text("status = 'objected'"), postgresql_where=sa.text("status = 'objected'"))
    with op.batch_alter_table('consent_unit', schema=None) as batch_op:
        batch_op.drop_index('ix_consent_unit_unit')
    with op.batch_alter_table('work_mark', schema=None) as batch_op:
        batch_op.drop_index('ix_work_mark_unit')
    op.drop_table('work_mark')
