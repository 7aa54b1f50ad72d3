"""The key of a form whose reminder was taken back stays spent."""

import sqlalchemy as sa
from alembic import op

revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('undone_send',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('once_key', sa.String(length=36), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_undone_send_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'once_key', name=op.f('pk_undone_send'))
    )


def downgrade() -> None:
    op.drop_table('undone_send')
