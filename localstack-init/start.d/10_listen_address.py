"""Makes the gateway listen at the address it was told, not on every interface.

LocalStack 4.14.0 passes only the port of GATEWAY_LISTEN to its server (a TODO in its
runtime/server/twisted.py), and whoever reaches the gateway may run code through it.
"""

# ruff: noqa: INP001 - a script of LocalStack's, not a module of a package

from localstack import config
from twisted.internet import endpoints

HOSTS = {address.port: address.host for address in config.GATEWAY_LISTEN}
ON_EVERY_INTERFACE = endpoints.TCP4ServerEndpoint


def listen(reactor, port, backlog=50, interface=""):
    """An endpoint at the configured address of that port."""
    return ON_EVERY_INTERFACE(reactor, port, backlog, interface or HOSTS.get(port, ""))


endpoints.TCP4ServerEndpoint = listen
