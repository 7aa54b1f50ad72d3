"""A delivery says by which way it goes, what it is for, and why it was given up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None

PURPOSE = sa.Enum('reminder', 'relative', 'closing', 'trial', name='purpose', native_enum=False, create_constraint=True, length=32)
CHANNEL = sa.Enum('push', 'sms', 'email', name='channel', native_enum=False, create_constraint=True, length=32)
delivery = sa.table('delivery', sa.column('occurrence_id'), sa.column('subscription_id'), sa.column('purpose', sa.String),
                    sa.column('channel', sa.String), sa.column('lane', sa.String), sa.column('state', sa.String))
subscription = sa.table('subscription', sa.column('id', sa.Uuid), sa.column('endpoint', sa.String), sa.column('origin', sa.String))


def upgrade() -> None:
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.add_column(sa.Column('origin', sa.String(length=300), nullable=False, server_default=''))
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.alter_column('origin', server_default=None)
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.add_column(sa.Column('purpose', sa.String(length=32), nullable=False, server_default='reminder'))
        batch_op.add_column(sa.Column('channel', sa.String(length=32), nullable=False, server_default='push'))
        batch_op.add_column(sa.Column('lane', sa.String(length=300), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('cause', sa.String(length=40), nullable=False, server_default=''))
    origins()
    op.execute(delivery.update().where(delivery.c.occurrence_id.is_(None)).values(purpose='trial'))
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.alter_column('purpose', existing_type=sa.String(length=32), type_=PURPOSE, server_default=None)
        batch_op.alter_column('channel', existing_type=sa.String(length=32), type_=CHANNEL, server_default=None)
        batch_op.alter_column('lane', server_default=None)
        batch_op.alter_column('cause', server_default=None)
        batch_op.alter_column('subscription_id', existing_type=sa.Uuid(), nullable=True)
        batch_op.drop_constraint('uq_delivery_occurrence_id_subscription_id_number', type_='unique')
        batch_op.create_unique_constraint('uq_delivery_phone', ['occurrence_id', 'subscription_id', 'purpose', 'number'])
        batch_op.create_check_constraint(op.f('ck_delivery_push_goes_to_a_phone'), "(channel = 'push') = (subscription_id IS NOT NULL)")
        batch_op.create_check_constraint(op.f('ck_delivery_a_trial_has_no_occurrence'), "(purpose = 'trial') = (occurrence_id IS NULL)")
        batch_op.create_index('uq_delivery_channel', ['occurrence_id', 'person_id', 'channel', 'purpose', 'number'], unique=True,
            sqlite_where=sa.text('subscription_id IS NULL'), postgresql_where=sa.text('subscription_id IS NULL'))


def origins() -> None:
    """Write beside each subscription whose push service it is: all of the endpoint before the path."""
    bind = op.get_bind()
    for id_, endpoint in bind.execute(sa.select(subscription.c.id, subscription.c.endpoint)).all():
        origin = '/'.join(endpoint.split('/', 3)[:3])
        bind.execute(subscription.update().where(subscription.c.id == id_).values(origin=origin))


def downgrade() -> None:
    op.execute(delivery.delete().where(sa.or_(delivery.c.subscription_id.is_(None), delivery.c.purpose.not_in(['reminder', 'trial']))))
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('uq_delivery_channel', sqlite_where=sa.text('subscription_id IS NULL'), postgresql_where=sa.text('subscription_id IS NULL'))
        batch_op.drop_constraint(op.f('ck_delivery_a_trial_has_no_occurrence'), type_='check')
        batch_op.drop_constraint(op.f('ck_delivery_push_goes_to_a_phone'), type_='check')
        batch_op.drop_constraint('uq_delivery_phone', type_='unique')
        batch_op.create_unique_constraint('uq_delivery_occurrence_id_subscription_id_number', ['occurrence_id', 'subscription_id', 'number'])
        batch_op.alter_column('subscription_id', existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_constraint(op.f('ck_delivery_purpose'), type_='check')
        batch_op.drop_constraint(op.f('ck_delivery_channel'), type_='check')
        batch_op.drop_column('cause')
        batch_op.drop_column('lane')
        batch_op.drop_column('channel')
        batch_op.drop_column('purpose')
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.drop_column('origin')
