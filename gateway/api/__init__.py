"""The API for other systems: tickets, products, services and customers, by tokens with scopes."""

from __future__ import annotations

from gateway.api import customers, owned, products, tickets, visits

ROUTERS = (tickets.router, visits.router, products.router, customers.router, owned.router)
