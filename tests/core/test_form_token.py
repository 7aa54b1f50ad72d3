"""The form token: this session's alone, another in each answer, and no odd text passes for one."""

from __future__ import annotations

import base64

from flask import Flask, g, session
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.form_token import KEY, OCTETS, form_token, holds

APP = Flask("token")
APP.secret_key = "only for this test"


def test_a_token_holds_in_its_session_and_in_no_other() -> None:
    with APP.test_request_context():
        assert not holds("")
        token = form_token()
        assert holds(token)
        kept = session[KEY]
        session.clear()
        assert not holds(token)
        g.pop("masked_token")
        other = form_token()
        assert holds(other)
        assert session[KEY] != kept


def test_one_answer_has_one_token_and_the_next_another_for_the_same_session() -> None:
    with APP.test_request_context():
        first = form_token()
        assert form_token() == first
        g.pop("masked_token")
        assert form_token() != first
        assert holds(first)
        assert session[KEY] not in first


@given(
    st.one_of(
        st.text(max_size=200),
        st.binary(max_size=60).map(lambda each: base64.urlsafe_b64encode(each).decode()),
    )
)
def test_nothing_that_was_not_given_out_holds(sent: str) -> None:
    with APP.test_request_context():
        form_token()
        assert not holds(sent)


@given(st.integers(0, 8 * 2 * OCTETS - 1))
def test_a_token_with_one_bit_turned_does_not_hold(bit: int) -> None:
    with APP.test_request_context():
        octets = int.from_bytes(base64.urlsafe_b64decode(form_token())) ^ (1 << bit)
        assert not holds(base64.urlsafe_b64encode(octets.to_bytes(2 * OCTETS)).decode())
