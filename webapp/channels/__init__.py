"""The ways a reminder can take: push, SMS and e-mail; the person's own choice of them, and who carries each."""
