"""A plan made together: changes as proposals, agreed versions, participants, earlier words, and mail to units."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

OUTCOME = sa.table('row_outcome', sa.column('happened', sa.Boolean()), sa.column('how', sa.String()))
ROW = sa.table('plan_row', sa.column('revises_id', sa.Uuid()), sa.column('status', sa.String()))


def upgrade() -> None:
    op.create_table('unit_mail',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_unit_mail_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_mail'))
    )
    with op.batch_alter_table('unit_mail', schema=None) as batch_op:
        batch_op.create_index('uq_unit_mail_waiting', ['unit_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('plan_earlier',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('plan_id', sa.Uuid(), nullable=False),
    sa.Column('about', sa.String(length=20), nullable=False),
    sa.Column('about_id', sa.Uuid(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('replaced_as', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_plan_earlier_person_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_plan_earlier_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_earlier'))
    )
    with op.batch_alter_table('plan_earlier', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_earlier_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_plan_earlier_plan', ['plan_id', 'replaced_at'], unique=False)

    op.create_table('plan_participant',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('plan_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('relative', 'unit', 'school', 'other', name='participant_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('relative_id', sa.Uuid(), nullable=True),
    sa.Column('unit_id', sa.Uuid(), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('chosen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind <> 'unit' OR unit_id IS NOT NULL", name=op.f('ck_plan_participant_unit_is_known')),
    sa.CheckConstraint("relative_id IS NULL OR kind = 'relative'", name=op.f('ck_plan_participant_relative_takes_part')),
    sa.CheckConstraint("unit_id IS NULL OR kind IN ('unit', 'school')", name=op.f('ck_plan_participant_unit_takes_part')),
    sa.CheckConstraint('relative_id IS NULL OR relative_id <> person_id', name=op.f('ck_plan_participant_nobody_is_own_relative')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_plan_participant_person_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_plan_participant_plan_id')),
    sa.ForeignKeyConstraint(['relative_id'], ['person.id'], name=op.f('fk_plan_participant_relative_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_plan_participant_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_participant'))
    )
    with op.batch_alter_table('plan_participant', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_participant_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_plan_participant_plan_id'), ['plan_id'], unique=False)

    op.create_table('plan_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('plan_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('agreed_by_id', sa.Uuid(), nullable=False),
    sa.Column('agreed_as', sa.String(length=300), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['agreed_by_id'], ['person.id'], name=op.f('fk_plan_version_agreed_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_plan_version_person_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_plan_version_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_version')),
    sa.UniqueConstraint('plan_id', 'number', name=op.f('uq_plan_version_plan_id_number'))
    )
    with op.batch_alter_table('plan_version', schema=None) as batch_op:
        batch_op.create_index('ix_plan_version_person_id', ['person_id'], unique=False)

    with op.batch_alter_table('goal', schema=None) as batch_op:
        batch_op.add_column(sa.Column('area', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('place', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('revision', sa.Integer(), server_default='1', nullable=False))
        batch_op.add_column(sa.Column('written_as', sa.String(length=300), server_default='', nullable=False))
        batch_op.add_column(sa.Column('ended_on', sa.Date(), nullable=True))

    with op.batch_alter_table('plan', schema=None) as batch_op:
        batch_op.add_column(sa.Column('nobody_else', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('unit_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('no_answer_reason', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('revision', sa.Integer(), server_default='1', nullable=False))
        batch_op.add_column(sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('end_reason', sa.Text(), server_default='', nullable=False))
        batch_op.create_foreign_key(batch_op.f('fk_plan_unit_id'), 'unit', ['unit_id'], ['id'])

    with op.batch_alter_table('plan_row', schema=None) as batch_op:
        batch_op.add_column(sa.Column('next_step', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('waits_for', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('revises_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('ends_row', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('unit_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('revision', sa.Integer(), server_default='1', nullable=False))
        batch_op.create_index('uq_plan_row_open_change', ['revises_id'], unique=True, sqlite_where=sa.text("status IN ('proposed', 'objected')"), postgresql_where=sa.text("status IN ('proposed', 'objected')"))
        batch_op.create_foreign_key(batch_op.f('fk_plan_row_revises_id'), 'plan_row', ['revises_id'], ['id'])
        batch_op.create_check_constraint(op.f('ck_plan_row_ends_after_start'), 'until_on IS NULL OR from_on IS NULL OR until_on >= from_on')
        batch_op.create_check_constraint(op.f('ck_plan_row_change_is_not_agreed'), "revises_id IS NULL OR status <> 'agreed'")
        batch_op.create_check_constraint(op.f('ck_plan_row_ends_another'), 'revises_id IS NOT NULL OR NOT ends_row')
        batch_op.create_foreign_key(batch_op.f('fk_plan_row_unit_id'), 'unit', ['unit_id'], ['id'])

    with op.batch_alter_table('row_outcome', schema=None) as batch_op:
        batch_op.add_column(sa.Column('how', sa.String(length=32), server_default='yes', nullable=False))
    op.execute(OUTCOME.update().where(sa.not_(OUTCOME.c.happened)).values(how='no'))
    with op.batch_alter_table('row_outcome', schema=None) as batch_op:
        batch_op.alter_column('how', existing_type=sa.String(length=32), server_default=None)
        batch_op.create_check_constraint(op.f('ck_row_outcome_how'), "how IN ('yes', 'partly', 'no')")
        batch_op.drop_column('happened')

    with op.batch_alter_table('unit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('email', sa.String(length=254), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('unit', schema=None) as batch_op:
        batch_op.drop_column('email')

    with op.batch_alter_table('row_outcome', schema=None) as batch_op:
        batch_op.add_column(sa.Column('happened', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.execute(OUTCOME.update().where(OUTCOME.c.how == 'no').values(happened=False))
    with op.batch_alter_table('row_outcome', schema=None) as batch_op:
        batch_op.alter_column('happened', existing_type=sa.Boolean(), server_default=None)
        batch_op.drop_constraint(op.f('ck_row_outcome_how'), type_='check')
        batch_op.drop_column('how')

    op.execute(ROW.update().where(ROW.c.revises_id.is_not(None)).values(status='ended'))  # no open change is left
    with op.batch_alter_table('plan_row', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_plan_row_unit_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_plan_row_revises_id'), type_='foreignkey')
        batch_op.drop_constraint(op.f('ck_plan_row_ends_another'), type_='check')
        batch_op.drop_constraint(op.f('ck_plan_row_change_is_not_agreed'), type_='check')
        batch_op.drop_constraint(op.f('ck_plan_row_ends_after_start'), type_='check')
        batch_op.drop_index('uq_plan_row_open_change', sqlite_where=sa.text("status IN ('proposed', 'objected')"), postgresql_where=sa.text("status IN ('proposed', 'objected')"))
        batch_op.drop_column('revision')
        batch_op.drop_column('unit_id')
        batch_op.drop_column('ends_row')
        batch_op.drop_column('revises_id')
        batch_op.drop_column('waits_for')
        batch_op.drop_column('next_step')

    with op.batch_alter_table('plan', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_plan_unit_id'), type_='foreignkey')
        batch_op.drop_column('end_reason')
        batch_op.drop_column('frozen_at')
        batch_op.drop_column('revision')
        batch_op.drop_column('no_answer_reason')
        batch_op.drop_column('unit_id')
        batch_op.drop_column('nobody_else')

    with op.batch_alter_table('goal', schema=None) as batch_op:
        batch_op.drop_column('ended_on')
        batch_op.drop_column('written_as')
        batch_op.drop_column('revision')
        batch_op.drop_column('place')
        batch_op.drop_column('area')

    with op.batch_alter_table('plan_version', schema=None) as batch_op:
        batch_op.drop_index('ix_plan_version_person_id')

    op.drop_table('plan_version')
    with op.batch_alter_table('plan_participant', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plan_participant_plan_id'))
        batch_op.drop_index(batch_op.f('ix_plan_participant_person_id'))

    op.drop_table('plan_participant')
    with op.batch_alter_table('plan_earlier', schema=None) as batch_op:
        batch_op.drop_index('ix_plan_earlier_plan')
        batch_op.drop_index(batch_op.f('ix_plan_earlier_person_id'))

    op.drop_table('plan_earlier')
    with op.batch_alter_table('unit_mail', schema=None) as batch_op:
        batch_op.drop_index('uq_unit_mail_waiting', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.drop_table('unit_mail')
