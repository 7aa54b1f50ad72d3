"""Signing in by e-ID through OpenID Connect: docs/decisions names what is refused beyond what Authlib checks."""
