"""Passkeys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('passkey',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('credential_id', sa.LargeBinary(length=1023), nullable=False),
    sa.Column('public_key', sa.LargeBinary(length=2048), nullable=False),
    sa.Column('sign_count', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('limited', sa.Boolean(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_passkey_account_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_passkey_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id'))
    )
    with op.batch_alter_table('passkey', schema=None) as batch_op:
        batch_op.create_index('ix_passkey_person', ['person_id'], unique=False)

    op.create_table('passkey_challenge',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('octets', sa.LargeBinary(length=64), nullable=False),
    sa.Column('purpose', sa.Enum('make', 'sign_in', name='purpose', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_passkey_challenge_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey_challenge'))
    )
    with op.batch_alter_table('passkey_challenge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passkey_challenge_made_at'), ['made_at'], unique=False)

    with op.batch_alter_table('login', schema=None) as batch_op:
        batch_op.add_column(sa.Column('passkey_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('limited', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_foreign_key(batch_op.f('fk_login_passkey_id'), 'passkey', ['passkey_id'], ['id'])
    with op.batch_alter_table('login', schema=None) as batch_op:
        batch_op.alter_column('limited', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('login', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_login_passkey_id'), type_='foreignkey')
        batch_op.drop_column('limited')
        batch_op.drop_column('passkey_id')
    op.drop_table('passkey_challenge')
    op.drop_table('passkey')
