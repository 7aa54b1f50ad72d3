"""The seven questions as a form: each can be left out, but not all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from webapp.core.forms import Form
from webapp.core.i18n import _l
from webapp.patient_contract.questions import QUESTIONS, SAID, Question, Said


def _question(question: Question) -> Any:
    choices = [SelectChoice(said, words) for said, words in SAID.items()]
    return RadioField(QUESTIONS[question], choices=choices, validators=[Optional()])


class SevenForm(Form):
    trust = _question(Question.TRUST)
    agreement = _question(Question.AGREEMENT)
    easy_to_reach = _question(Question.EASY_TO_REACH)
    named_contact = _question(Question.NAMED_CONTACT)
    next_step = _question(Question.NEXT_STEP)
    next_time = _question(Question.NEXT_TIME)
    overview = _question(Question.OVERVIEW)
    shared = BooleanField(_l("Personalen får läsa mina svar"))

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if not self.said():
            self.trust.errors = [_l("Svara på minst en fråga")]
        return not self.errors

    def said(self) -> Mapping[Question, Said]:
        answers = {question: self[question.value].data for question in Question}
        return {question: Said(data) for question, data in answers.items() if data}
