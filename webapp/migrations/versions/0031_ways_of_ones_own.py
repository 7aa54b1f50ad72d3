"""Ways a person has chosen, own number and mailbox proven by a code; and what follows where one way failed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

GIVEN_UP = "state IN ('gone', 'refused', 'too_late') AND NOT followed"
WAITS = "state = 'due' AND NOT followed"


def upgrade() -> None:
    op.create_table('way',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('channel', sa.Enum('push', 'sms', 'email', name='channel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('with_text', sa.Boolean(), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_address', sa.Text(), nullable=False),
    sa.Column('code_salt', sa.LargeBinary(length=16), nullable=True),
    sa.Column('code_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('code_tries', sa.Integer(), nullable=False),
    sa.CheckConstraint("channel <> 'push' OR verified_at IS NULL", name=op.f('ck_way_push_has_no_address')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_way_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_way')),
    sa.UniqueConstraint('person_id', 'channel', name=op.f('uq_way_person_id_channel'))
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.add_column(sa.Column('patience_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('followed', sa.Boolean(), server_default=sa.true(), nullable=False))  # what has been stays as it is
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.alter_column('followed', server_default=sa.false())
        batch_op.create_index('ix_delivery_given_up', ['due_at'], unique=False, sqlite_where=sa.text(GIVEN_UP), postgresql_where=sa.text(GIVEN_UP))
        batch_op.create_index('ix_delivery_waits_too_long', ['patience_until'], unique=False, sqlite_where=sa.text(WAITS), postgresql_where=sa.text(WAITS))


def downgrade() -> None:
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_waits_too_long', sqlite_where=sa.text(WAITS), postgresql_where=sa.text(WAITS))
        batch_op.drop_index('ix_delivery_given_up', sqlite_where=sa.text(GIVEN_UP), postgresql_where=sa.text(GIVEN_UP))
        batch_op.drop_column('followed')
        batch_op.drop_column('patience_until')
    op.drop_table('way')
