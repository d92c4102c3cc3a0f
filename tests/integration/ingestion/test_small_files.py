"""Small files are parsed together; each row still is what its own line says."""

from datetime import timedelta

import pytest

from tests.integration.ingestion.conftest import DAY, Landing, json_lines, order

FILES, ORDERS, FEW = 30, 150, 20


@pytest.mark.parametrize("every", [1, 2, 7], ids=lambda n: f"one of {n} is tiny")
def test_keys_and_bodies_of_many_small_files_belong_together(landing: Landing, every: int):
    """Together they are more rows than the column engine hands over at once.

    Its joins hold back what is fewer than 64 rows and hand it over last.
    """
    days = [DAY - timedelta(days=age) for age in range(FILES)]
    for number, day in enumerate(days):
        count = FEW if number % every == 0 else ORDERS
        orders = [order(f"{number:02d}-{place:03d}") for place in range(count)]
        landing.write("commerce/orders/orders.jsonl", json_lines(orders), day)
    landing.load_window("commerce", days[-1], days[0])
    rows = landing.query("""
        select count(*), count(*) filter (
            where r.source_key = concat_ws('|', r.body ->> 'order_id', r.body ->> 'updated_at')
        ), count(*) filter (
            where right(r.body ->> 'order_id', 3)::integer + 1 = r._line_number
            and date '2026-11-20' - left(r.body ->> 'order_id', 2)::integer = l.landing_day
        ), count(*) filter (
            where 'M' || (r.body ->> 'order_id') = (
                select string_agg(i.value, ' ') from identity.identifier_set as s
                inner join identity.identifier as i on i.identifier_id = any(s.identifier_ids)
                where s.identifier_set_id = r.identifier_set_id and i.namespace = 'member_id'
            )
        )
        from raw.record as r inner join ops.load as l on r._load_id = l.load_id
    """)
    tiny = -(-FILES // every)
    total = tiny * FEW + (FILES - tiny) * ORDERS
    assert rows == [(total, total, total, total)]
