"""Prices of the shop: discounts for clubs, and shipping by weight."""

CLUB_DISCOUNT = 0.08
FREE_SHIPPING_FROM_EUROS = 150


def shipping_cost(weight_kg: float, order_total: float) -> float:
    """Heavy parcels cost more; large orders travel free."""
    if order_total >= FREE_SHIPPING_FROM_EUROS:
        return 0.0
    return 5.9 if weight_kg <= 10 else 11.9


def club_price(list_price: float) -> float:
    """What a registered beekeeping club pays."""
    return round(list_price * (1 - CLUB_DISCOUNT), 2)
