"""The dates that the accessibility statement (tillgänglighetsredogörelse) must give.

A new assessment changes them here, together with the list in templates/pages/accessibility.html.
"""

from __future__ import annotations

from datetime import date

ASSESSED_ON = date(2026, 11, 21)
UPDATED_ON = date(2026, 11, 21)
PUBLISHED_ON = date(2026, 11, 21)

# Digg's form for complaints, as named in Digg's own guide to the statement, read on 2026-11-21.
COMPLAINTS = "https://www.digg.se/tdosanmalan"
