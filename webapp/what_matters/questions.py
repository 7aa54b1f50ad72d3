"""The question and the three prompts, as the person reads them; and as somebody else reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.core.i18n import LazyText, _l
from webapp.what_matters.models import Prompt


@dataclass(frozen=True, slots=True)
class Question:
    to_me: LazyText
    about: LazyText  # with %(name)s


QUESTIONS: Mapping[Prompt, Question] = {
    Prompt.NOW: Question(
        _l("Vad är viktigt för dig just nu?"), _l("Det här är viktigt för %(name)s just nu")
    ),
    Prompt.STRENGTH: Question(_l("Vad ger dig kraft?"), _l("Det här ger %(name)s kraft")),
    Prompt.WORRY: Question(_l("Vad oroar dig?"), _l("Det här oroar %(name)s")),
    Prompt.KNOW: Question(_l("Vad vill du att vi vet om dig?"), _l("Det här vill %(name)s att vi vet")),
}
