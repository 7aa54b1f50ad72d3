"""Sealed texts: the phone and every free text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.migrations.sealing import open_column, seal_column

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

COLUMNS = (  # table, column, length in clear, may be NULL
    ('feedback', 'words', None, False),
    ('person', 'phone', 30, True),
    ('consent', 'relation', 60, False),
    ('plan', 'situation', None, False),
    ('plan', 'if_worse_signs', None, False),
    ('plan', 'if_worse_do', None, False),
    ('plan', 'held_together_by', 200, False),
    ('agreed_time', 'place', 200, False),
    ('agreed_time', 'with_whom', 300, False),
    ('agreed_time', 'question', None, False),
    ('answer_draft', 'words', None, False),
    ('answer_version', 'words', None, False),
    ('care_contact', 'title', 100, False),
    ('care_contact', 'name', 200, False),
    ('care_contact', 'works_at', 200, False),
    ('care_contact', 'phone', 30, True),
    ('care_contact', 'stand_in', 200, False),
    ('care_contact', 'stand_in_phone', 30, True),
    ('care_relation', 'reason', 200, False),
    ('emergency', 'reason', None, False),
    ('invitation', 'called', 60, False),
    ('invitation', 'relation', 60, False),
    ('goal', 'words', None, False),
    ('goal', 'noticed_by', None, False),
    ('plan_row', 'what', 300, False),
    ('plan_row', 'who', 200, False),
    ('plan_row', 'phone', 30, True),
    ('plan_row', 'how_often', 120, False),
    ('plan_row', 'objection', None, False),
    ('reminder', 'text', 120, False),
    ('reminder', 'own_language_text', 120, False),
    ('reminder', 'why', None, False),
    ('reminder', 'how', None, False),
    ('reminder', 'if_not', None, False),
    ('reminder', 'assessed_by', 200, False),
    ('row_outcome', 'words', None, False),
)


def upgrade() -> None:
    for table, column, length, nullable in COLUMNS:
        if length is not None:
            with op.batch_alter_table(table, schema=None) as batch_op:
                batch_op.alter_column(
                    column, existing_type=sa.String(length=length), type_=sa.Text(), existing_nullable=nullable
                )
        seal_column(op.get_bind(), table, column)


def downgrade() -> None:
    for table, column, length, nullable in COLUMNS:
        open_column(op.get_bind(), table, column)
        if length is not None:
            with op.batch_alter_table(table, schema=None) as batch_op:
                batch_op.alter_column(
                    column, existing_type=sa.Text(), type_=sa.String(length=length), existing_nullable=nullable
                )
