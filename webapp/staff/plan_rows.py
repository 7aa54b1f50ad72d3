"""What staff have written in a plan's goals and rows, as the plan takes it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from wtforms import StringField

from webapp.core.forms import Form
from webapp.core.i18n import force_language, plain
from webapp.plans.beginning import ProposedRow, WishedGoal
from webapp.plans.models import Doer
from webapp.plans.row_reminders import Proposed
from webapp.plans.starters.shape import Effort, Starter
from webapp.reminders.words import days_and_times
from webapp.what_matters.models import Prompt


class RowsForm(Form):
    """Goals and rows, numbered from 1; `plan_forms.form_for` adds their fields."""

    assessed_by: StringField
    starter: Starter | None
    goals: int
    rows: int
    language: str
    names: dict[str, str]

    def used(self) -> list[int]:
        """The rows that are to be in the plan."""
        numbered = range(1, self.rows + 1)
        return [each for each in numbered if self[f"row{each}"].data and self[f"row{each}_what"].data]

    def reminds(self, number: int) -> bool:
        return f"row{number}_remind" in self and bool(self[f"row{number}_remind"].data)

    def goal(self, number: int) -> WishedGoal:
        prompt = self[f"goal{number}_from"].data
        return WishedGoal(
            self[f"goal{number}"].data, self[f"goal{number}_noticed"].data, Prompt(prompt) if prompt else None
        )

    def row(self, number: int) -> ProposedRow:
        relative = self[f"row{number}_relative"].data
        doer = Doer(self[f"row{number}_doer"].data)
        who = self[f"row{number}_who"].data
        reminder = self._reminder(number) if self.reminds(number) else None
        effort = self._effort(number)
        return ProposedRow(
            what=self[f"row{number}_what"].data,
            doer=doer,
            how_often=self[f"row{number}_often"].data,
            who=who or (self.names.get(relative, "") if doer is Doer.RELATIVE else ""),
            phone=self[f"row{number}_phone"].data or None,
            flow=effort.flow if effort else None,
            relative_id=UUID(relative) if relative else None,
            reminder=replace(reminder, says=self._says(reminder)) if reminder else None,
        )

    def _effort(self, number: int) -> Effort | None:
        efforts = self.starter.rows if self.starter else ()
        return efforts[number - 1] if number <= len(efforts) else None

    def _reminder(self, number: int) -> Proposed:
        part = f"row{number}_remind_"
        effort = self._effort(number)
        suggested = effort.reminder if effort else None
        text = self[f"{part}text"].data
        unchanged = suggested is not None and text == suggested.text.sv
        own = ""
        if suggested is not None and unchanged and suggested.text.language(self.language) != "sv":
            own = suggested.text.text(self.language)
        return Proposed(
            text=text,
            why=self[f"{part}why"].data,
            how=self[f"{part}how"].data,
            if_not=self[f"{part}if_not"].data,
            assessed_by=self.assessed_by.data,
            times=tuple(sorted({at for at in (self[f"{part}at"].data, self[f"{part}at_2"].data) if at})),
            weekdays=frozenset(self[f"{part}days"].data),
            weeks=self[f"{part}weeks"].data,
            own_language_text=own,
            own_language=self.language,
        )

    def _says(self, reminder: Proposed) -> str:
        """What the person reads on the row before they answer: that a yes also begins a reminder."""
        with force_language(self.language):
            return plain(
                "När du säger ja börjar en påminnelse: %(text)s. %(when)s.",
                text=reminder.own_language_text or reminder.text,
                when=days_and_times(reminder.weekdays, reminder.times),
            )
