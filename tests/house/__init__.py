"""What holds for the whole house, whatever is built in it."""

from __future__ import annotations

from pathlib import Path

import webapp

HOUSE = Path(webapp.__file__).parent
TEMPLATES = HOUSE / "templates"
CODE = sorted(HOUSE.rglob("*.py"))
PAGES = sorted(TEMPLATES.rglob("*.html"))
