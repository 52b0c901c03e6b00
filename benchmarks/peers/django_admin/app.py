"""The one application of the project."""

from django.apps import AppConfig


class PeerConfig(AppConfig):
    name = "benchmarks.peers.django_admin"
    label = "peer"
