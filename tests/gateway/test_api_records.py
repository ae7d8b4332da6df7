"""The API for customers and products: written once, knowingly, and by the rules."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from aftercare.catalogue.snapshot import CatalogueReader
from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.base import Base
from aftercare.tables.catalogue import Category
from aftercare.tables.conversations import Customer
from tests.factories import make_customer
from tests.gateway.doors import TestClient, code_of
from tests.postgresql import BOTH

CUSTOMERS, OWNED = "/api/v1/customers", "/api/v1/owned-products"
ANY = {"If-Match": "*"}


def count(sessions: SessionFactory, table: type[Base]) -> int:
    with reading(sessions) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


# Scopes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scopes", "method", "path"),
    [
        (("customers:write",), "POST", CUSTOMERS),
        (("customers:read",), "POST", CUSTOMERS),
        (("customers:read",), "PATCH", f"{CUSTOMERS}/1"),
        (("products:read",), "PUT", "/api/v1/products/x-1"),
        (("owned:read",), "POST", OWNED),
        (("owned:write",), "PATCH", f"{OWNED}/1"),
        (("customers:read", "customers:write"), "GET", OWNED),
        (("owned:write",), "GET", f"{OWNED}/1/warranty"),
        (("customers:read",), "GET", "/api/v1/tickets/K4F-7M2C/visits"),
    ],
)
def test_each_call_needs_its_own_scopes(
    make_api: Callable[..., TestClient], scopes: tuple[str, ...], method: str, path: str
) -> None:
    api = make_api(*scopes)
    answer = api.request(method, path, **({} if method == "GET" else {"json": {}}))
    assert code_of(answer) == (403, "scope_missing")


# Customers -----------------------------------------------------------------------


@BOTH
def test_customer_is_added_once_and_told_more_of_by_id_then_address(
    api: TestClient, stocked: SessionFactory
) -> None:
    new = {"external_id": "S-1", "name": "Rui  Costa", "email": "RUI@mail.example"}
    first = api.post(CUSTOMERS, json=new)
    assert first.status_code == 201, first.text
    told = first.json()
    assert (told["name"], told["email"], told["language"]) == (
        "Rui Costa",
        "rui@mail.example",
        "en",
    )
    again = api.post(CUSTOMERS, json=new)
    assert (again.status_code, again.json()) == (200, told)
    moved = api.post(CUSTOMERS, json={"external_id": "S-1", "email": "costa@mail.example"}).json()
    assert (moved["id"], moved["name"]) == (told["id"], "Rui Costa")
    by_address = api.post(CUSTOMERS, json={"email": "costa@mail.example", "phone": "912 345 678"})
    assert by_address.json()["phone"] == "+351912345678"
    assert by_address.json()["external_id"] == "S-1"
    assert count(stocked, Customer) == 1


def test_customer_without_name_or_way_to_be_known_is_refused(
    api: TestClient, stocked: SessionFactory
) -> None:
    for body in ({}, {"name": "Eva"}, {"email": "eva@mail.example"}):
        assert code_of(api.post(CUSTOMERS, json=body)) == (422, "customer_nameless")
    for body in ({"name": "Eva", "email": "eva"}, {"name": "", "phone": "12"}, {"language": "de"}):
        assert code_of(api.post(CUSTOMERS, json=body)) == (422, "invalid_field")
    assert count(stocked, Customer) == 0


def test_what_is_another_customers_is_refused(
    api: TestClient, stocked: SessionFactory, ana: int
) -> None:
    taken = api.post(
        CUSTOMERS, json={"external_id": "S-9", "name": "X", "email": "ana@mail.example"}
    )
    assert code_of(taken) == (409, "customer_taken")
    with writing(stocked) as session:
        other = make_customer(session).id
    for body in ({"external_id": "C-7"}, {"email": "ana@mail.example"}):
        answer = api.patch(f"{CUSTOMERS}/{other}", json=body, headers=ANY)
        assert code_of(answer) == (409, "customer_taken")
    assert api.get(f"{CUSTOMERS}/{ana}").json()["external_id"] == "C-7"


@BOTH
def test_customer_is_changed_by_whoever_saw_the_newest_version(api: TestClient, ana: int) -> None:
    path = f"{CUSTOMERS}/{ana}"
    read = api.get(path)
    seen = {"If-Match": read.headers["ETag"]}
    assert read.headers["ETag"] == f'"{read.json()["version"]}"'
    changed = api.patch(path, json={"name": "Ana Reis", "phone": None}, headers=seen)
    assert changed.status_code == 200, changed.text
    assert (changed.json()["name"], changed.json()["phone"]) == ("Ana Reis", None)
    assert changed.json()["email"] == "ana@mail.example"
    assert code_of(api.patch(path, json={"name": "Z"}, headers=seen)) == (412, "changed_meanwhile")
    assert code_of(api.patch(path, json={"name": "Z"})) == (428, "version_missing")
    newest = {"If-Match": changed.json()["version"]}
    assert api.patch(path, json={"language": "en"}, headers=newest).status_code == 200
    assert api.patch(path, json={"name": "Any"}, headers=ANY).json()["name"] == "Any"
    wrong = api.patch(path, json={}, headers={"If-Match": "yesterday"})
    assert code_of(wrong) == (422, "invalid_parameter")
    assert code_of(api.patch(f"{CUSTOMERS}/9999", json={}, headers=ANY)) == (
        404,
        "customer_unknown",
    )


def test_last_way_to_know_a_customer_stays(api: TestClient, ana: int) -> None:
    nothing = {"email": None, "phone": None, "external_id": None}
    answer = api.patch(f"{CUSTOMERS}/{ana}", json=nothing, headers=ANY)
    assert code_of(answer) == (422, "customer_nameless")
    assert code_of(api.patch(f"{CUSTOMERS}/{ana}", json={"name": None}, headers=ANY)) == (
        422,
        "invalid_field",
    )
    assert api.get(f"{CUSTOMERS}/{ana}").json()["email"] == "ana@mail.example"


def test_repeated_change_is_answered_as_the_first_time(api: TestClient, ana: int) -> None:
    seen = api.get(f"{CUSTOMERS}/{ana}").json()["version"]
    headers = {"If-Match": seen, "Idempotency-Key": "change-1"}
    answers = [
        api.patch(f"{CUSTOMERS}/{ana}", json={"name": "Ana B"}, headers=headers) for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    other = api.patch(f"{CUSTOMERS}/{ana}", json={"name": "Ana C"}, headers=headers)
    assert code_of(other) == (422, "idempotency_key_reused")


@BOTH
def test_one_customer_comes_of_many_requests_at_once(
    api: TestClient, stocked: SessionFactory
) -> None:
    def send(number: int) -> Any:
        return api.post(CUSTOMERS, json={"name": f"Eva {number}", "email": "eva@mail.example"})

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(8)))
    assert sorted(one.status_code for one in answers) == [200] * 7 + [201]
    assert count(stocked, Customer) == 1


# Products ------------------------------------------------------------------------


@pytest.fixture
def product(stocked: SessionFactory) -> dict[str, Any]:
    with reading(stocked) as session:
        category = session.scalars(select(Category.id).order_by(Category.id)).first()
    return {
        "model": "X 500",
        "name": {"en": "Washer X", "pt": "Lavadora X"},
        "category": category,
        "price_minor": 249990,
        "currency": "BRL",
        "warranty_months": 24,
    }


@BOTH
def test_product_is_put_and_known_to_the_bot_at_once(
    api: TestClient, stocked: SessionFactory, product: dict[str, Any]
) -> None:
    catalogue = CatalogueReader(stocked)
    assert "x-500" not in catalogue.newest().products
    path = "/api/v1/products/x-500"
    made = api.put(path, json=product)
    assert made.status_code == 201, made.text
    assert made.json()["imported"] and made.json()["importance"] == 3
    assert "x-500" in catalogue.newest().products
    assert api.put(path, json=product).status_code == 200
    seen = {"If-Match": made.headers["ETag"]}
    dearer = {**product, "price_minor": 259990}
    assert api.put(path, json=dearer, headers=seen).json()["price_minor"] == 259990
    assert code_of(api.put(path, json=product, headers=seen)) == (412, "changed_meanwhile")
    [found] = api.get("/api/v1/products", params={"model": "x 500"}).json()["products"]
    assert found["price_minor"] == 259990 and found["features"] == []


def test_products_of_the_catalogue_tell_features_and_parts_and_stay_as_they_are(
    api: TestClient, product: dict[str, Any]
) -> None:
    [found] = api.get("/api/v1/products", params={"model": "w900"}).json()["products"]
    assert found["id"] == "mare-w900"
    assert {one["rating"] for one in found["features"]} <= {1, 2, 3, 4, 5} and found["features"]
    assert all(one["price_minor"] >= 0 for one in found["parts"]) and found["parts"]
    assert code_of(api.put("/api/v1/products/mare-w900", json=product)) == (
        409,
        "product_not_yours",
    )
    taken = {**product, "model": found["model"]}
    assert code_of(api.put("/api/v1/products/x-501", json=taken)) == (409, "product_not_yours")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"category": "spaceship"}, "category_unknown"),
        ({"currency": "XXQ"}, "invalid_field"),
        ({"price_minor": -1}, "invalid_field"),
        ({"price_minor": 10.5}, "invalid_field"),
        ({"importance": 6}, "invalid_field"),
        ({"name": {"en": "Only English"}}, "invalid_field"),
        ({"serial_pattern": "(["}, "invalid_field"),
        ({"serial_pattern": "a{99999999999}", "serial_example": "a"}, "invalid_field"),
        ({"serial_pattern": "[0-9]{4}", "serial_example": "ABC"}, "invalid_field"),
        ({"imported": False}, "unknown_field"),
    ],
)
def test_product_that_cannot_be_is_refused(
    api: TestClient, product: dict[str, Any], changes: dict[str, Any], code: str
) -> None:
    answer = api.put("/api/v1/products/x-500", json={**product, **changes})
    assert code_of(answer) == (422, code), answer.text
    assert api.get("/api/v1/products/x-500").status_code == 404
