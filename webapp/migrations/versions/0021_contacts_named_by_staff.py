"""Contacts chosen from a unit's staff, ended with the service; and units that have closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('care_contact', schema=None) as batch_op:
        batch_op.add_column(sa.Column('staff_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('named_by', sa.String(length=300), server_default='', nullable=False))
        batch_op.create_foreign_key(op.f('fk_care_contact_staff_id'), 'staff_member', ['staff_id'], ['id'])
    with op.batch_alter_table('care_contact', schema=None) as batch_op:
        batch_op.alter_column('named_by', existing_type=sa.String(length=300), server_default=None)
    with op.batch_alter_table('unit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('closed_on', sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('unit', schema=None) as batch_op:
        batch_op.drop_column('closed_on')
    with op.batch_alter_table('care_contact', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_care_contact_staff_id'), type_='foreignkey')
        batch_op.drop_column('named_by')
        batch_op.drop_column('ended_at')
        batch_op.drop_column('staff_id')
