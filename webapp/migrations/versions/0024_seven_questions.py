"""The person's answers to seven short questions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('seven_answers',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('answers', sa.Text(), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_seven_answers_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seven_answers')),
    sa.UniqueConstraint('person_id', 'on', name=op.f('uq_seven_answers_person_id_on'))
    )


def downgrade() -> None:
    op.drop_table('seven_answers')
