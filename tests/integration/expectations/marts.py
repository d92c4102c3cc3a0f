"""Tables of `build` by the marts' contracts, filled with plain rows: no dbt run, no drift."""

from pathlib import Path

import psycopg
import yaml
from psycopg import sql

MODELS = Path(__file__).parents[3] / "dbt_project" / "models" / "marts"
SEEDS = Path(__file__).parents[3] / "dbt_project" / "seeds"

PLAIN = {
    "boolean": "false",
    "date": "date '2026-11-14'",
    "timestamptz": "timestamptz '2026-11-14 12:00+08'",
    "text": "'x'",
    "text[]": "'{x}'",
    "timestamptz[]": "array[timestamptz '2026-11-14 12:00+08']",
}
PERSONS = 200
PERSON = "'p_' || n"
PREFERENCES = (
    *("channel", "device", "hour", "weekday", "category", "brand", "content", "promotion"),
    *("scene_group", "store"),
)

# What a row needs beyond plain values, as expressions of its number n.
VALUES = {
    "profile": {
        "profile_id": PERSON,
        "kind": "'known'",
        "lifecycle_stage": "'active'",
        "visit_stage": "'long'",
    },
    "portrait": {
        "profile_id": PERSON,
        "life_stage": "'active'",
        "value_net_total_fen": "100 * n",
        "life_order_count": "1",
        **{f"pref_{name}_share": "0.5" for name in PREFERENCES},
    },
    "preference": {"profile_id": PERSON},
    "product_affinity": {"profile_id": PERSON},
    "tag": {"profile_id": PERSON},
    "tag_definition": {"tag_key": "'tag_' || n"},
    "profile_identifier": {
        "profile_id": PERSON,
        "identifier_id": "n",
        "masked_value": "'M-1***001'",
    },
    "retention_cohort": {
        "cohort_date": "date '2026-01-01' + n::integer",
        "cohort_count": "10",
        "active_count": "4",
        "retention_rate": "0.4",
    },
    "funnel_daily": {
        "funnel_date": "date '2026-01-01' + n::integer",
        "attempt_count": "9",
        "product_view_count": "6",
        "cart_add_count": "3",
        "checkout_start_count": "2",
        "order_paid_count": "1",
    },
    "stickiness_daily": {
        "stat_date": "date '2026-01-01' + n::integer",
        "l28_histogram": "'{}'",
        "dau_count": "1",
        "wau_count": "2",
        "mau_count": "3",
        "dau_mau_rate": "0.3333",
    },
    "attribution_credit": {
        "conversion_date": "date '2026-01-01' + n::integer",
        "credit": "1",
    },
    "reconciliation_daily": {
        "ref_date": "date '2026-11-14' - n::integer",
        "metric": "'visitors'",
        "is_within_tolerance": "true",
    },
    "offer": {"offer_id": "'OF-' || n"},
    "next_best_offer": {
        "profile_id": PERSON,
        "rank": "1",
        "offer_id": "'OF-1'",
        "channel": "'sms'",
        "p_convert": "0.1",
        "value_fen": "3000",
        "redemption_cost_fen": "500",
        "send_cost_fen": "5",
        "context_weight": "1",
        "lever": "1",
        "expected_value_fen": "245",
        "arm": "'treat'",
    },
    "offer_hold": {"profile_id": PERSON},
}
_FACTS = """
create table intermediate.int_person_orders as
select
    'O-' || n as order_id, 'p_' || n as profile_id, 100 * n + 50 as amount_fen, 50 as refund_fen,
    100 * n as net_fen
from generate_series(1, %(persons)s) as n;
create table intermediate.int_orders as
select 'O-' || n as order_id, 100 * n + 50 as total_fen from generate_series(1, %(persons)s) as n;
create table intermediate.int_person_channels as
select 'p_' || n as profile_id, 'sms' as channel, true as is_reachable, true as is_consented
from generate_series(1, %(persons)s) as n;
create table staging.event_verb as
select 'mini_program' as source, '$MPViewScreen' as event_name, 'page_view' as verb
"""


def build_marts(conn: psycopg.Connection) -> None:
    """Makes and fills the tables that dbt would, as the owner of what dbt makes."""
    client = psycopg.ClientCursor(conn)
    client.execute(_FACTS, {"persons": PERSONS})
    for path in sorted(MODELS.glob("*/*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            _build(conn, model)


def publish_marts(conn: psycopg.Connection) -> None:
    """Makes `mart` what `build` is."""
    for name in VALUES:
        build, mart = sql.Identifier("build", name), sql.Identifier("mart", name)
        conn.execute(
            sql.SQL("create table if not exists {} (like {} including all)").format(mart, build)
        )
        conn.execute(sql.SQL("grant select on {} to c360_publish").format(mart))
        conn.execute(sql.SQL("insert into {} select * from {}").format(mart, build))


def _build(conn: psycopg.Connection, model: dict) -> None:
    name, columns = model["name"], model["columns"]
    table = sql.Identifier("build", name)
    keys = next(c["columns"] for c in model["constraints"] if c["type"] == "primary_key")
    conn.execute(
        sql.SQL("create table {} ({}, primary key ({}))").format(
            table,
            sql.SQL(", ").join(
                sql.SQL("{} {}").format(sql.Identifier(c["name"]), sql.SQL(c["data_type"]))
                for c in columns
            ),
            sql.SQL(", ").join(map(sql.Identifier, keys)),
        )
    )
    if name in VALUES:
        values = [VALUES[name].get(c["name"], _plain(c["data_type"])) for c in columns]
        conn.execute(
            sql.SQL("insert into {} select {} from generate_series(1, {}) as n").format(
                table, sql.SQL(", ").join(map(sql.SQL, values)), PERSONS
            )
        )


def _plain(data_type: str) -> str:
    return PLAIN.get(data_type, "null" if "[]" in data_type or "time" in data_type else "0")
