"""What the directory's places are called."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.core.i18n import LazyText, _l
from webapp.directory.listing import PlaceKind

KINDS: Mapping[PlaceKind, LazyText] = {
    PlaceKind.HEALTH_CENTRE: _l("Hälsocentral"),
    PlaceKind.SERVICE_POINT: _l("Servicepunkt"),
    PlaceKind.MOBILE_TEAM: _l("Mobilt team"),
    PlaceKind.HOME_CARE: _l("Hemtjänst och bistånd"),
    PlaceKind.CARER_SUPPORT: _l("Anhörigstöd"),
    PlaceKind.MUNICIPALITY: _l("Kommunen"),
    PlaceKind.OTHER: _l("Mer"),
}
