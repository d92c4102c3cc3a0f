"""A year of a real shop as landing files of the commerce source.

    python benchmarks/online_retail.py online_retail.parquet LANDING_DIR [--from DAY] [--to DAY]

Reads the public Online Retail data set (541,909 invoice lines, 2010-12-01 to 2011-12-09) and writes
one `orders` and one `order_lines` file a day. The shop's clock counts as +08:00. Prices are integer
thousandths, exactly as they are. A line is known by its invoice and position, so equal lines of an
invoice are both kept. Invoices that begin with C take goods back: status `cancelled`, negative
quantities. Days without sales get an empty-day manifest, up to the last day asked for.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

FIRST_DAY, LAST_DAY = date(2010, 12, 1), date(2012, 1, 1)
CHANNEL, CURRENCY = "web", "GBP"

_LINES = """
create or replace table line as
select
    *, invoice_ts::date as day,
    strftime(invoice_ts, '%Y-%m-%dT%H:%M:%S+08:00') as sold_at,
    round(unit_price * 1000)::bigint as unit_price_milli,
    row_number() over (partition by invoice_no order by file_row_number) as line_no
from read_parquet($path, file_row_number = true)
where invoice_ts >= $first_day::timestamp
    and invoice_ts < $last_day::timestamp + interval 1 day
"""

_LINE_RECORDS = """
select day, to_json({
    'order_id': invoice_no, 'line_no': line_no, 'created_at': sold_at, 'product_id': stock_code,
    'sku': stock_code, 'name': description, 'category': null, 'quantity': quantity,
    'unit_price_milli': unit_price_milli, 'discount_fen': 0, 'refunded_quantity': 0
})::varchar as text
from line order by day, file_row_number
"""

# Rounded once per invoice, half away from zero, as SQL rounds exact numbers.
_ORDER_RECORDS = """
with invoice as (
    select
        invoice_no, min(sold_at) as sold_at, min(day) as day,
        max(customer_id)::varchar as member_id,
        starts_with(invoice_no, 'C') as is_cancelled, any_value(country) as country,
        round(sum(quantity * unit_price_milli)::decimal(18, 0) / 10::decimal(2, 0))::bigint
            as total_fen
    from line group by invoice_no
)
select day, to_json({
    'order_id': invoice_no, 'updated_at': sold_at, 'created_at': sold_at,
    'paid_at': case when not is_cancelled then sold_at end,
    'completed_at': case when not is_cancelled then sold_at end,
    'cancelled_at': case when is_cancelled then sold_at end,
    'status': case when is_cancelled then 'cancelled' else 'completed' end,
    'channel': $channel, 'member_id': member_id, 'total_fen': total_fen, 'discount_fen': 0,
    'shipping_fen': 0, 'currency': $currency, 'coupon_codes': []::varchar[],
    'promotion_type': 'none', 'country': country
})::varchar as text
from invoice order by day, invoice_no
"""


@dataclass(frozen=True)
class Written:
    """What was written; amounts are thousandths of the currency unit."""

    days: int
    empty_days: int
    orders: int
    order_lines: int
    total_milli: int


def write_landing(
    parquet: Path, landing_dir: Path, first_day: date = FIRST_DAY, last_day: date = LAST_DAY
) -> Written:
    """Writes the days from the first to the last, both included."""
    with duckdb.connect() as engine:
        days = {"first_day": first_day, "last_day": last_day}
        engine.execute(_LINES, {"path": str(parquet), **days}).fetchall()
        lines = engine.sql(_LINE_RECORDS).to_arrow_table()
        orders = engine.sql(
            _ORDER_RECORDS, params={"channel": CHANNEL, "currency": CURRENCY}
        ).to_arrow_table()
        total = engine.execute("select sum(quantity * unit_price_milli) from line").fetchall()
    written = set()
    for kind, records in (("order_lines", lines), ("orders", orders)):
        for day, texts in _by_day(records):
            _write(landing_dir / "commerce" / kind / day.isoformat() / f"{kind}.jsonl", texts)
            written.add(day)
    calendar = [first_day + timedelta(n) for n in range((last_day - first_day).days + 1)]
    empty = [day for day in calendar if day not in written]
    for day in empty:
        manifest = json.dumps({"source": "commerce", "day": day.isoformat()})
        path = landing_dir / "commerce" / "_manifest" / day.isoformat() / "_empty.json"
        _write(path, [manifest])
    return Written(len(written), len(empty), orders.num_rows, lines.num_rows, int(total[0][0] or 0))


def _by_day(records: pa.Table) -> Iterator[tuple[date, list[str]]]:
    """The records are in order of their days."""
    start = 0
    for entry in pc.value_counts(records["day"]).to_pylist():
        yield entry["values"], records["text"].slice(start, entry["counts"]).to_pylist()
        start += entry["counts"]


def _write(path: Path, texts: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    unfinished.rename(path)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parquet", type=Path)
    parser.add_argument("landing_dir", type=Path)
    parser.add_argument("--from", dest="first_day", type=date.fromisoformat, default=FIRST_DAY)
    parser.add_argument("--to", dest="last_day", type=date.fromisoformat, default=LAST_DAY)
    wanted = parser.parse_args()
    written = write_landing(wanted.parquet, wanted.landing_dir, wanted.first_day, wanted.last_day)
    print(
        f"{written.days} days with sales, {written.empty_days} empty days, "
        f"{written.orders} orders, {written.order_lines} lines, "
        f"total {written.total_milli / 1000:,.3f}"
    )


if __name__ == "__main__":
    main()
