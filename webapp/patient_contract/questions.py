"""The person's seven short questions about how the care hangs together, and the answers they can have.

Source of the subjects: docs/legal.md, "Patientkontrakt". The wording is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from webapp.core.i18n import LazyText, _l


class Question(StrEnum):
    TRUST = "trust"
    AGREEMENT = "agreement"
    EASY_TO_REACH = "easy_to_reach"
    NAMED_CONTACT = "named_contact"
    NEXT_STEP = "next_step"
    NEXT_TIME = "next_time"
    OVERVIEW = "overview"


class Said(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"


QUESTIONS: Mapping[Question, LazyText] = {
    Question.TRUST: _l("Känner du tillit till dem som hjälper dig?"),
    Question.AGREEMENT: _l("Har ni kommit överens om vem som gör vad?"),
    Question.EASY_TO_REACH: _l("Är det lätt att få tag på den du behöver?"),
    Question.NAMED_CONTACT: _l("Vet du vem som är din fasta kontakt?"),
    Question.NEXT_STEP: _l("Vet du vad som händer sedan?"),
    Question.NEXT_TIME: _l("Vet du när nästa tid är?"),
    Question.OVERVIEW: _l("Har du koll på hela din plan?"),
}
SAID: Mapping[Said, LazyText] = {Said.YES: _l("Ja"), Said.PARTLY: _l("Delvis"), Said.NO: _l("Nej")}
