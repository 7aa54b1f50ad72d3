"""What is said when a sign-in did not go through: what has happened, and what to do. Nothing that helps a forger."""

from __future__ import annotations

from webapp.accounts.oidc.refusal import Why
from webapp.core.i18n import LazyText, _l

_TRY_AGAIN = _l("Försök en gång till. Går det inte då heller kan du ringa.")

WORDS: dict[Why, tuple[LazyText, LazyText]] = {
    Why.CANCELLED: (_l("Du avbröt inloggningen"), _l("Inget har hänt. Du kan försöka igen när du vill.")),
    Why.DOWN: (
        _l("Inloggningen svarar inte just nu"),
        _l("Det är inte ditt fel. Vänta en stund och försök igen."),
    ),
    Why.LATE: (
        _l("Inloggningen hann gå ut"),
        _l("Det hade gått för lång tid, eller så började du i en annan webbläsare. Börja om här."),
    ),
    Why.NOT_TRUSTED: (_l("Det gick inte att logga in"), _TRY_AGAIN),
    Why.NO_NUMBER: (
        _l("Din e-legitimation visar inget personnummer"),
        _l(
            "Därför kan vi inte se vem du är. Prova en annan e-legitimation, eller be vården om hjälp att logga in."
        ),
    ),
    Why.NO_NAME: (
        _l("Din e-legitimation visar inget namn"),
        _l("Be din hälsocentral lägga in dig först. Sedan kan du logga in här."),
    ),
    Why.TOO_YOUNG: (
        _l("Du kan logga in själv när du har fyllt 13 år"),
        _l("Till dess kan den som är din vårdnadshavare hjälpa dig."),
    ),
    Why.CLOSED: (
        _l("Det går inte att logga in här"),
        _l("De här sidorna är stängda. Ring din hälsocentral om det är fel."),
    ),
    Why.UNKNOWN_STAFF: (
        _l("Du är inte inlagd som personal"),
        _l("Be administratören på din enhet att lägga in dig. Sedan kan du logga in."),
    ),
    Why.NOT_YOURS: (
        _l("Du har inte det uppdraget här"),
        _l(
            "Välj ett annat uppdrag när du loggar in, eller be administratören på din enhet att lägga in det."
        ),
    ),
}
