from collections import defaultdict
from decimal import Decimal
from typing import Any

from tests.unit.sample_data.reading import Sample

Record = dict[str, Any]


def newest_orders(sample: Sample) -> dict[str, Record]:
    newest: dict[str, Record] = {}
    for order in sample.records["commerce", "orders"]:
        known = newest.get(order["order_id"])
        if known is None or known["updated_at"] < order["updated_at"]:
            newest[order["order_id"]] = order
    return newest


def lines_of(sample: Sample) -> dict[str, list[Record]]:
    lines = defaultdict(list)
    for line in sample.records["commerce", "order_lines"]:
        lines[line["order_id"]].append(line)
    return lines


def price_fen(line: Record) -> int:
    if "unit_price_milli" in line:
        assert line["unit_price_milli"] % 10 == 0
        return line["unit_price_milli"] // 10
    return line["unit_price_fen"]


def test_an_orders_total_is_its_lines_minus_discounts_plus_shipping(sample: Sample):
    lines = lines_of(sample)
    orders = newest_orders(sample)
    assert orders.keys() == lines.keys()
    for order_id, order in orders.items():
        gross = sum(price_fen(line) * line["quantity"] for line in lines[order_id])
        assert order["discount_fen"] == sum(line["discount_fen"] for line in lines[order_id])
        assert order["total_fen"] == gross - order["discount_fen"] + order["shipping_fen"]
        assert order["total_fen"] > 0


def test_an_orders_states_agree_on_everything_but_their_times(sample: Sample):
    newest = newest_orders(sample)
    moving = {
        "updated_at", "status", "paid_at", "completed_at", "cancelled_at", "phone"
    }  # fmt: skip
    for order in sample.records["commerce", "orders"]:
        last = newest[order["order_id"]]
        assert all(order[key] == last[key] for key in order if key not in moving)


def test_paid_orders_and_only_they_have_one_payment_of_their_total(sample: Sample):
    paid = {i: o["total_fen"] for i, o in newest_orders(sample).items() if o["paid_at"]}
    payments = sample.records["commerce", "payments"]
    amounts = {p["decrypted"]["out_trade_no"]: p["decrypted"]["amount"]["total"] for p in payments}
    assert len(payments) == len(amounts)
    assert amounts == paid


def test_a_refund_is_at_most_what_was_paid_and_belongs_to_a_payment(sample: Sample):
    payments = sample.records["commerce", "payments"]
    paid = {p["decrypted"]["transaction_id"]: p["decrypted"] for p in payments}
    orders = newest_orders(sample)
    for refund in sample.records["commerce", "refunds"]:
        payment = paid[refund["transaction_id"]]
        assert payment["out_trade_no"] == refund["order_id"]
        assert 0 < refund["amount_fen"] <= payment["amount"]["total"]
        assert orders[refund["order_id"]]["status"] == "refunded"


def test_refunded_quantities_are_worth_the_refund(sample: Sample):
    lines = lines_of(sample)
    refunds = {r["order_id"]: r["amount_fen"] for r in sample.records["commerce", "refunds"]}
    known = 0
    for order_id, of_order in lines.items():
        net = sum(
            (price_fen(line) * line["quantity"] - line["discount_fen"])
            * line["refunded_quantity"]
            // line["quantity"]
            for line in of_order
        )
        if net:
            known += 1
            assert net == refunds[order_id]
    assert known


def test_points_balances_add_up_and_never_fall_below_zero(sample: Sample):
    entries = defaultdict(list)
    for entry in sample.records["commerce", "points"]:
        entries[entry["member_id"]].append(entry)
    for of_member in entries.values():
        balance = 0
        for entry in sorted(of_member, key=lambda e: e["entry_id"]):
            balance += entry["delta"]
            assert entry["balance_after"] == balance >= 0


def test_a_used_coupon_was_issued_then_claimed_then_used_by_its_member(sample: Sample):
    events = defaultdict(dict)
    members = defaultdict(set)
    for event in sample.records["commerce", "coupons"]:
        events[event["coupon_code"]][event["event"]] = event["event_time"]
        members[event["coupon_code"]].add(event["member_id"])
    order_of = newest_orders(sample)
    assert all(len(found) == 1 for found in members.values())
    used = [code for code, found in events.items() if "used" in found]
    assert used
    for code in used:
        found = events[code]
        assert found["issued"] <= found["claimed"] <= found["used"]
        assert "expired" not in found
    by_coupon = {code: o for o in order_of.values() for code in o["coupon_codes"]}
    assert {code for code in by_coupon if by_coupon[code]["paid_at"]} == set(used)


def test_app_and_web_events_give_an_orders_total_in_yuan(sample: Sample):
    totals = {i: o["total_fen"] for i, o in newest_orders(sample).items()}
    completed = [
        event["properties"]
        for kind in (("app", "events"), ("web", "events"))
        for event in sample.records[kind]
        if event.get("event") == "Order Completed"
    ]
    assert completed
    for properties in completed:
        assert Decimal(str(properties["total"])) * 100 == totals[properties["order_id"]]
