"""What leaves the desk is signed as the standard says, and goes only where it may."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any

import pytest

from aftercare.settings import Settings
from aftercare.webhooks import sending
from aftercare.webhooks.addresses import AddressRefused, AddressRule, address_rule, check_url
from aftercare.webhooks.sending import Sender
from aftercare.webhooks.signing import PREFIX, new_secret, signature_headers
from tests.aftercare.webhooks.conftest import Receiver
from tests.conftest import settings_in

NOWHERE_PRIVATE = AddressRule(())


@pytest.fixture
def loopback(settings: Settings) -> AddressRule:
    changed = settings.model_copy(update={"webhook_networks": "127.0.0.0/8, ::1/128"})
    return address_rule(changed)


def resolving_to(monkeypatch: pytest.MonkeyPatch, *rounds: list[str]) -> list[str]:
    """Names stand for these addresses, another list at each look; the last one stays."""
    asked: list[str] = []

    def look(host: str, port: int, **_options: Any) -> list[Any]:
        found = rounds[min(len(asked), len(rounds) - 1)]
        asked.append(host)
        return [(None, None, None, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look)
    return asked


# Signatures ----------------------------------------------------------------------


def test_signature_is_the_one_of_the_standards_own_example() -> None:
    headers = signature_headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        '{"test": 2432232314}',
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_two_keys_give_two_signatures_and_secrets_differ() -> None:
    keys = [new_secret(), new_secret()]
    assert keys[0] != keys[1] and keys[0].startswith(PREFIX)
    both = signature_headers(keys, "msg_1", 1, "{}")["webhook-signature"].split(" ")
    assert both == [signature_headers([key], "msg_1", 1, "{}")["webhook-signature"] for key in keys]


# Addresses -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.1.1", "::1", "::", "fe80::1", "fd00::1", "ff02::1"),
        *("::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:a00:1::"),
    ],
)
def test_private_addresses_are_refused_in_every_disguise(address: str) -> None:
    assert not NOWHERE_PRIVATE.allows(ip_address(address), encrypted=True)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_allowed_with_encryption_only(address: str) -> None:
    assert NOWHERE_PRIVATE.allows(ip_address(address), encrypted=True)
    assert not NOWHERE_PRIVATE.allows(ip_address(address), encrypted=False)


def test_settings_allow_a_private_network_and_no_other(loopback: AddressRule) -> None:
    assert loopback.allows(ip_address("127.0.0.1"), encrypted=False)
    assert loopback.allows(ip_address("::ffff:127.0.0.1"), encrypted=False)
    assert not loopback.allows(ip_address("10.0.0.1"), encrypted=True)


def test_settings_refuse_what_is_no_network(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/8"):
        settings_in(tmp_path, webhook_networks="intranet")


@pytest.mark.parametrize(
    "url",
    [
        *("", "hooks.example", "ftp://hooks.example/x", "http://hooks.example/x", "https://"),
        *("https://user:word@hooks.example/", "https://hooks.example/#x", "https://[::1"),
        *("https://hooks.example/a b", "https://hooks.example:0/", "https://hoóks.example/"),
        "https://hooks.example/" + "x" * 500,
    ],
)
def test_address_that_cannot_be_told_of_events_is_refused_with_a_sentence(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving_to(monkeypatch, ["93.184.216.34"])
    with pytest.raises(AddressRefused, match=r"\S\.$|…$"):
        check_url(url, NOWHERE_PRIVATE)


def test_public_https_address_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch, ["93.184.216.34"])
    assert check_url(" https://hooks.example/in ", NOWHERE_PRIVATE) == "https://hooks.example/in"


def test_name_of_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch, ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(AddressRefused, match="private network"):
        check_url("https://hooks.example/in", NOWHERE_PRIVATE)


# Requests ------------------------------------------------------------------------


def test_request_arrives_with_its_body_and_headers(
    receiver: Receiver, loopback: AddressRule
) -> None:
    outcome = Sender(loopback).send(receiver.url, '{"a":"é"}', {"webhook-id": "msg_1"})
    assert outcome.delivered and outcome.status == 204
    [(headers, body)] = receiver.got
    assert body == '{"a":"é"}'
    assert headers["webhook-id"] == "msg_1"
    assert headers["content-type"] == "application/json"


def test_private_address_is_never_connected_to(receiver: Receiver) -> None:
    outcome = Sender(NOWHERE_PRIVATE).send(receiver.url, "{}", {})
    assert not outcome.delivered and outcome.told == "the address is private, or not encrypted"
    assert receiver.got == []


def test_name_that_turned_private_after_it_was_checked_is_not_reached(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = receiver.url.rpartition(":")[2].partition("/")[0]
    asked = resolving_to(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    url = check_url(f"https://hooks.example:{port}/hook", NOWHERE_PRIVATE)
    assert "private" in Sender(NOWHERE_PRIVATE).send(url, "{}", {}).told
    assert asked == ["hooks.example", "hooks.example"]
    assert receiver.got == []


def test_redirect_is_not_followed(receiver: Receiver, loopback: AddressRule) -> None:
    receiver.status, receiver.location = 302, receiver.url
    outcome = Sender(loopback).send(receiver.url, "{}", {})
    assert not outcome.delivered and "redirect" in outcome.told
    assert len(receiver.got) == 1


def test_proxy_of_the_environment_is_not_used(
    receiver: Receiver, loopback: AddressRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert Sender(loopback).send(receiver.url, "{}", {}).delivered


def test_answer_that_never_ends_is_cut_off(
    receiver: Receiver, loopback: AddressRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LONGEST_SECONDS", 0.5)
    receiver.drip = True
    outcome = Sender(loopback).send(receiver.url, "{}", {})
    assert not outcome.delivered and outcome.status is None


def test_receiver_that_is_not_there_is_an_outcome(loopback: AddressRule) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = Sender(loopback).send(f"http://127.0.0.1:{port}/", "{}", {})
    assert outcome.told == "the connection failed"
