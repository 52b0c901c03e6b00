"""An OpenID provider on this machine: nobody proves anything to it, one chooses who to be."""

from simulators.openid.faults import Fault
from simulators.openid.people import PEOPLE, Person
from simulators.openid.provider import Client, OpenIdSimulator
from simulators.openid.serving import serving

__all__ = ["PEOPLE", "Client", "Fault", "OpenIdSimulator", "Person", "serving"]
