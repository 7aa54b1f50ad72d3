"""Places to turn to by municipality, with source and date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('place',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('municipality', sa.String(length=60), nullable=False),
    sa.Column('kind', sa.Enum('health_centre', 'service_point', 'mobile_team', 'home_care', 'carer_support', 'municipality', 'other', name='place_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('phone', sa.String(length=30), nullable=True),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('about', sa.String(length=300), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('checked_on', sa.Date(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_place'))
    )
    with op.batch_alter_table('place', schema=None) as batch_op:
        batch_op.create_index('ix_place_municipality', ['municipality'], unique=False)
    op.create_table('place_hours',
    sa.Column('place_id', sa.Uuid(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('opens', sa.Time(), nullable=False),
    sa.Column('closes', sa.Time(), nullable=False),
    sa.Column('holidays_too', sa.Boolean(), nullable=False),
    sa.CheckConstraint('closes > opens', name=op.f('ck_place_hours_closes_after_it_opens')),
    sa.ForeignKeyConstraint(['place_id'], ['place.id'], name=op.f('fk_place_hours_place_id')),
    sa.PrimaryKeyConstraint('place_id', 'weekday', 'opens', name=op.f('pk_place_hours'))
    )


def downgrade() -> None:
    op.drop_table('place_hours')
    with op.batch_alter_table('place', schema=None) as batch_op:
        batch_op.drop_index('ix_place_municipality')
    op.drop_table('place')
