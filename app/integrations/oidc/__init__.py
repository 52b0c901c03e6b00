"""OpenID Connect, as a client: providers that somebody may sign in through."""

from app.integrations.oidc.client import OpenIdClient, Registration, client_of

__all__ = ["OpenIdClient", "Registration", "client_of"]
