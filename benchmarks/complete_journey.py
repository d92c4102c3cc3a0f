"""The grocer's coupon campaigns: who gets which coupon first, and who redeems at all.

Both are asked as of a campaign's first day, from what was known before it. Ranking: own baskets
with a product the coupon covers, more for coupons that were redeemed before; how many households
ever bought a covered product breaks ties. Response: the ridge
logistic of `next_best_offer.propensity`, trained on the campaigns that began before; of one still
running only the redemptions before the first day count, since later ones are not known yet.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from next_best_offer.propensity import Model, fit
from next_best_offer.reliability import area_under_curve

TABLES = (
    "transactions",
    "campaign_descriptions",
    "campaigns",
    "coupons",
    "coupon_redemptions",
)
RIDGE = 10.0
REDEMPTION_WEIGHT = 0.3

_RANKING = """
with goal as (select * from campaign_descriptions where campaign_id = $campaign),
cover as (select distinct coupon_upc, product_id from coupons where campaign_id = $campaign),
past as (
    select household_id, basket_id, product_id from transactions, goal
    where transaction_timestamp::date < start_date and product_id in (select product_id from cover)
),
own as (
    select household_id, coupon_upc, count(distinct basket_id) as baskets
    from past join cover using (product_id) group by all
),
popularity as (
    select coupon_upc, count(distinct household_id) as exact,
        round(exact, 1 - floor(log10(exact))::int) as buyers
    from past join cover using (product_id) group by all
),
redeemed_before as (
    select coupon_upc, count(*) as redemptions from coupon_redemptions, goal
    where redemption_date < start_date group by coupon_upc
),
redeemed as (
    select distinct household_id, coupon_upc from coupon_redemptions
    where campaign_id = $campaign
),
scored as (
    select
        household_id, coupon_upc, redeemed.coupon_upc is not null as is_redeemed,
        coalesce(baskets, 0) * (1 + $redemption_weight * ln(1 + coalesce(redemptions, 0)))
        + coalesce(buyers, 0) / 1e6 as score
    from (select household_id from campaigns where campaign_id = $campaign)
    cross join (select distinct coupon_upc from cover)
    left join own using (household_id, coupon_upc)
    left join popularity using (coupon_upc)
    left join redeemed_before using (coupon_upc)
    left join redeemed using (household_id, coupon_upc)
)
select
    household_id as household, score, is_redeemed,
    row_number() over (
        partition by household_id order by score desc, coupon_upc
    ) as rank
from scored
order by household, rank
"""

_FEATURES = """
with goal as (select * from campaign_descriptions where campaign_id = $campaign),
pool as (select distinct product_id from coupons where campaign_id = $campaign),
line as (
    select
        t.*, date_diff('day', transaction_timestamp::date, start_date) as age,
        product_id in (select product_id from pool) as is_covered
    from transactions as t, goal where transaction_timestamp::date < start_date
),
bought as (
    select
        household_id,
        count(distinct basket_id) as baskets,
        count(distinct basket_id) filter (age <= 30) as baskets_30d,
        count(distinct basket_id) filter (age <= 90) as baskets_90d,
        min(age) as recency_days,
        sum(sales_value) as spend,
        sum(sales_value) filter (age <= 90) as spend_90d,
        avg((retail_disc > 0)::int) as discounted_share,
        count(*) filter (coupon_disc > 0) as coupon_lines,
        count(distinct basket_id) filter (coupon_disc > 0) as coupon_baskets,
        count(distinct basket_id) filter (is_covered) as covered_baskets,
        count(distinct product_id) filter (is_covered) as covered_products,
        count(distinct product_id) as products
    from line group by household_id
),
redeemed as (
    select
        household_id,
        count(*) as redemptions,
        sum(exp(-ln(2) / 90 * date_diff('day', redemption_date, start_date))) as recent,
        count(distinct r.campaign_id) as redeemed_campaigns
    from coupon_redemptions as r, goal where redemption_date < start_date group by household_id
),
received as (
    select household_id, count(*) as received,
        count(*) filter (d.campaign_type = 'Type A') as received_chosen
    from campaigns join campaign_descriptions as d using (campaign_id), goal
    where d.start_date < goal.start_date group by household_id
),
response as (
    select household_id, true as is_redeemed from coupon_redemptions
    where campaign_id = $campaign and redemption_date < coalesce($known_before, date '9999-12-31')
    group by household_id
)
select
    coalesce(is_redeemed, false) as is_redeemed,
    ln(1 + coalesce(redemptions, 0)) as redemptions,
    coalesce(recent, 0)::double as redemptions_decayed,
    coalesce(redeemed_campaigns, 0)::double as redeemed_campaigns,
    coalesce(received, 0)::double as received_campaigns,
    coalesce(received_chosen, 0)::double as received_chosen_campaigns,
    (coalesce(redeemed_campaigns, 0) + .5) / (coalesce(received, 0) + 5) as campaign_rate,
    ln(1 + coalesce(baskets, 0)) as baskets,
    ln(1 + coalesce(baskets_30d, 0)) as baskets_30d,
    ln(1 + coalesce(baskets_90d, 0)) as baskets_90d,
    ln(1 + coalesce(recency_days, 365)) as recency_days,
    ln(1 + coalesce(spend, 0)) as spend,
    ln(1 + coalesce(spend_90d, 0)) as spend_90d,
    coalesce(discounted_share, 0) as discounted_share,
    ln(1 + coalesce(coupon_lines, 0)) as coupon_lines,
    ln(1 + coalesce(coupon_baskets, 0)) as coupon_baskets,
    ln(1 + coalesce(covered_baskets, 0)) as covered_baskets,
    ln(1 + coalesce(covered_products, 0)) as covered_products,
    ln(1 + coalesce(products, 0)) as products,
    ((select campaign_type from goal) = 'Type A')::int::double as is_chosen
from campaigns
left join bought using (household_id)
left join redeemed using (household_id)
left join received using (household_id)
left join response using (household_id)
where campaign_id = $campaign
order by household_id
"""
_EARLIER = """
select campaign_id from campaign_descriptions
where start_date < (select start_date from campaign_descriptions where campaign_id = $campaign)
    and start_date >= (select min(transaction_timestamp)::date + 30 from transactions)
order by start_date, campaign_id
"""
_START = "select start_date from campaign_descriptions where campaign_id = $campaign"


@dataclass(frozen=True)
class Ranking:
    """How well the coupons of campaigns were ordered for the households that redeemed."""

    households: int
    hit_at_5: float
    ndcg_at_10: float
    pair_auc: float


@dataclass(frozen=True)
class Response:
    """How well it was told who redeems; `predicted_share` is mean predicted / real."""

    households: int
    auc: float
    predicted_share: float
    model: Model


def open_journey(folder: Path) -> duckdb.DuckDBPyConnection:
    """The grocer's tables."""
    engine = duckdb.connect()
    for table in TABLES:
        path = str(folder / f"{table}.parquet")
        engine.execute(f"create table {table} as from read_parquet($path)", {"path": path})
    return engine


def rank_coupons(engine: duckdb.DuckDBPyConnection, campaigns: tuple[str, ...]) -> Ranking:
    """The ranking's figures over the campaigns together."""
    weight = {"redemption_weight": REDEMPTION_WEIGHT}
    parts = [engine.execute(_RANKING, {"campaign": c, **weight}).fetchnumpy() for c in campaigns]
    hits, gains = [], []
    for part in parts:
        is_redeemed, rank = part["is_redeemed"], part["rank"]
        for household in np.unique(part["household"][is_redeemed]):
            ranks = rank[is_redeemed & (part["household"] == household)]
            hits.append(bool((ranks <= 5).any()))
            ideal = (1 / np.log2(np.arange(min(len(ranks), 10)) + 2)).sum()
            gains.append((1 / np.log2(ranks[ranks <= 10] + 1)).sum() / ideal)
    score = np.concatenate([part["score"] for part in parts])
    is_redeemed = np.concatenate([part["is_redeemed"] for part in parts])
    auc = area_under_curve(score, is_redeemed)
    return Ranking(len(hits), float(np.mean(hits)), float(np.mean(gains)), auc)


def predict_redeemers(engine: duckdb.DuckDBPyConnection, campaign: str) -> Response:
    """Who redeems in a campaign, told by a model of the campaigns before it."""
    start = engine.execute(_START, {"campaign": campaign}).fetchall()[0][0]
    earlier = [c for (c,) in engine.execute(_EARLIER, {"campaign": campaign}).fetchall()]
    names, features, happened = _people(engine, earlier, start)
    model = fit(names, features, happened, ridge=RIDGE)
    _, features, happened = _people(engine, [campaign], None)
    predicted = model.score(features)
    share = float(predicted.mean() / happened.mean())
    return Response(len(predicted), area_under_curve(predicted, happened), share, model)


def _people(
    engine: duckdb.DuckDBPyConnection, campaigns: list[str], known_before: object
) -> tuple[list[str], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    parts = [
        engine.execute(_FEATURES, {"campaign": c, "known_before": known_before}).fetchnumpy()
        for c in campaigns
    ]
    names = [name for name in parts[0] if name != "is_redeemed"]
    columns = [np.column_stack([np.asarray(p[name]) for name in names]) for p in parts]
    happened = np.concatenate([np.asarray(p["is_redeemed"]) for p in parts])
    return names, np.vstack(columns).astype(np.float64), happened
