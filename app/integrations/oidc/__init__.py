"""OpenID Connect, as a client: providers that somebody may sign in through."""

from app.integrations.oidc.client import OpenIdClient, Registration

__all__ = ["OpenIdClient", "Registration"]
