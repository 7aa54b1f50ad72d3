"""Units, plans, rows, times and SIP consents say which kind of care they are of."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

TABLES = ('unit', 'plan', 'plan_row', 'agreed_time')
KINDS = "flow IN ('all', 'elder', 'adult', 'child', 'school')"


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('flow', sa.String(length=32), nullable=False, server_default='all'))
            batch_op.create_check_constraint(op.f(f'ck_{table}_flow'), KINDS)
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.add_column(sa.Column('flow', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('withdrawn_by', sa.String(length=300), nullable=False, server_default=''))
        batch_op.create_check_constraint(op.f('ck_consent_flow'), KINDS)
    # what was recorded before the kinds were kept apart: by the person's age, and for all that it then opened
    consent = sa.table('consent', *(sa.column(name) for name in ('kind', 'flow', 'person_id', 'plan', 'contacts', 'reminders')))
    person = sa.table('person', sa.column('id'), sa.column('born_on', sa.Date()))
    young = sa.select(person.c.id).where(person.c.born_on > date.today() - timedelta(days=18 * 365))
    is_sip = consent.c.kind == 'sip'
    op.execute(consent.update().where(is_sip).values(flow='elder', plan=1, contacts=1, reminders=1))
    op.execute(consent.update().where(is_sip, consent.c.person_id.in_(young)).values(flow='child'))
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.create_check_constraint(op.f('ck_consent_sip_has_a_flow'), "(kind = 'sip') = (flow IS NOT NULL)")


def downgrade() -> None:
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_consent_sip_has_a_flow'), type_='check')
        batch_op.drop_constraint(op.f('ck_consent_flow'), type_='check')
        batch_op.drop_column('withdrawn_by')
        batch_op.drop_column('flow')
    for table in reversed(TABLES):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(op.f(f'ck_{table}_flow'), type_='check')
            batch_op.drop_column('flow')
