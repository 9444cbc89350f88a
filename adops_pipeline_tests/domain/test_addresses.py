"""Which addresses nothing from outside may lead to."""

import pytest

from adops_pipeline.domain.addresses import is_loopback, refusal

BLOCKED = (
    "10.0.0.1", "172.16.9.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3",
    "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::10.0.0.1", "fe80::1",
    "fe80::1%eth0", "2001::1", "2001:1ff::1", "64:ff9b:1::1", "64:ff9b:1:ffff::1", "3fff::1", "3fff:fff::1",
    "100.127.255.255", "192.0.0.255", "192.88.99.1", "192.88.99.255", "198.19.255.255",
    "fc00::1", "fd00::8", "fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
    "::ffff:10.1.2.3", "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:db8::1",
)  # fmt: skip
PUBLIC = (
    "93.184.215.14", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.32.0.1", "192.88.98.1", "192.88.100.1",
    "198.17.255.255", "198.20.0.1", "2001:200::1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:1.1.1.1",
    "64:ff9b::101:101",
)  # fmt: skip


@pytest.mark.parametrize("address", BLOCKED)
def test_nothing_connects_to_an_address_that_is_not_public(address: str) -> None:
    assert refusal(address) is not None
    if "127." not in address and address not in {"::1", "64:ff9b::7f00:1", "2002:7f00:1::"}:
        assert refusal(address, allow_loopback=True) is not None


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    assert refusal(address) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_allowed_by_the_setting_alone(address: str) -> None:
    assert refusal(address) == "a loopback address"
    assert refusal(address, allow_loopback=True) is None


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("LocalHost.", True),
        ("127.3.2.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost.example", False),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_this_machine_is_recognized_by_name_and_address(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
