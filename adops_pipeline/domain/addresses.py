"""Which IP addresses an address from outside may lead to: public ones only. Pure; resolving names belongs elsewhere.

Links of platforms and addresses of receivers are data. One that names this machine, its network or a cloud's metadata
service would have the product read or tell what only this machine can reach.
"""

import ipaddress
from typing import TypeAlias

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_METADATA = frozenset({"168.63.129.16"})
"""Public addresses at which a cloud (Azure) answers its own machines. The others are link-local or private."""
_RESERVED = tuple(
    map(
        ipaddress.ip_network,
        (
            "100.64.0.0/10",
            "192.0.0.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "64:ff9b:1::/48",
            "2001::/23",
            "3fff::/20",
        ),
    )
)
"""Networks that are not public (IANA's registries), of which versions of Python know different ones."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def refusal(address: str, *, allow_loopback: bool = False) -> str | None:
    """Why nothing connects to this IP address: ``a loopback address``; None if it may. Raises ValueError for no IP."""
    ip = _embedded(ipaddress.ip_address(address))
    if ip.is_loopback:
        return None if allow_loopback else "a loopback address"
    if ip.is_link_local:
        return "a link-local address, where clouds answer with a machine's credentials"
    if ip.is_multicast:
        return "a multicast address"
    if str(ip) in _METADATA:
        return "a cloud's metadata address"
    is_site_local = isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local
    if not ip.is_global or ip.is_reserved or is_site_local or _in_reserved(ip):
        return "a private or reserved address"
    return None


def is_loopback(host: str) -> bool:
    """Whether the host is this machine: ``localhost`` or a loopback address."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return _embedded(ipaddress.ip_address(host)).is_loopback
    except ValueError:
        return False


def _in_reserved(ip: _Address) -> bool:
    return any(ip.version == network.version and ip in network for network in _RESERVED)


def _embedded(ip: _Address) -> _Address:
    """The IPv4 address that an IPv6 address stands for (v4-mapped, 6to4, NAT64), else the address itself."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
