"""What needs somebody at a unit: its people, and why each of them stands on the list."""
