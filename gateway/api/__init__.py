"""The API for other systems: tickets, products, services and customers, by tokens with scopes."""

from __future__ import annotations

from gateway.api import customers, products, tickets

ROUTERS = (tickets.router, products.router, customers.router)
