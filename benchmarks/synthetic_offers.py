"""Persons for the decision on offers, written where it reads them."""

from datetime import date

from psycopg import sql

from settings import Settings
from warehouse.connection import LOGIN, Connection, connect

# `n` is the person; hashes of it spread what people differ in.
_PERSONS = """
create temporary table person on commit drop as
select n, 'p_' || n as profile_id, abs(hashint4(n)) as draw from generate_series(1, %(persons)s) n;
insert into identity.profile
    (profile_id, anchor_identifier_id, kind, created_at, identifier_count, status)
select profile_id, n, 'known', '2026-01-01', 2, 'active' from person;
insert into intermediate.int_person (
    profile_id, kind, is_minor, has_opted_out, is_under_14, first_seen_at, last_seen_at,
    member_id_count, unionid_count, openid_count, phone_count, email_count, device_count,
    app_install_count, web_cookie_count
)
select profile_id, 'known', draw %% 100 = 1, draw %% 50 = 2, false, '2026-01-01', '2026-11-01',
    1, 0, 1, 1, 0, 0, 0, 0
from person;
insert into intermediate.int_actor_profile
    (identifier_set_id, actor_id, profile_id, profile_kind, owned_from, owned_to, is_for_ever)
select n, n, profile_id, 'known', '-infinity', 'infinity', true from person;
insert into intermediate.int_person_channels
    (profile_id, channel, account_id, is_reachable, is_consented)
select p.profile_id, c.channel, c.account_id,
    abs(hashint4(p.n * 7 + c.channel_number)) %% 10 < 4, p.draw %% 5 > 0
from person as p cross join staging.contact_channel as c;
insert into intermediate.int_subscription_grants (profile_id, template_id, grant_count)
select c.profile_id, 'TPL_FAKE_000' || t, 1
from intermediate.int_person_channels as c cross join generate_series(1, 2) as t
where c.channel = 'mp_subscribe' and c.is_reachable;
"""
_PAST = """
insert into intermediate.int_contacts
    (message_id, identifier_set_id, channel, offer_id, contact_class, sent_at, delivered_at,
        clicked_at)
select n || '-' || k, n, c.channel, o.offer_id, 'marketing', s.at, s.at,
    case when k %% 5 = 0 then s.at end
from generate_series(1, %(persons)s) as n cross join generate_series(1, 15) as k
cross join lateral (
    select %(day)s::timestamptz - abs(hashint4(n * 31 + k)) %% 365 * interval '1 day' as at
) as s
inner join staging.contact_channel as c on c.channel_number = (n + k) %% 6
inner join (
    select offer_id, row_number() over (order by offer_id) as place, count(*) over () as offers
    from staging.offer_catalogue
) as o on o.place = 1 + (n + 7 * k) %% o.offers;
insert into intermediate.int_person_orders
    (order_id, profile_id, order_at, order_date, net_fen, amount_fen, refund_fen, is_discounted)
select n || '-' || k, 'p_' || n, s.at, s.at::date, 5000, 5000, 0, false
from generate_series(1, %(persons)s) as n cross join generate_series(1, 4) as k
cross join lateral (
    select %(day)s::timestamptz - abs(hashint4(n * 17 + k)) %% 365 * interval '1 day' as at
) as s
where abs(hashint4(n)) %% 3 > 0;
insert into intermediate.int_order_lines (order_id, line_number, category, line_total_milli)
select order_id, 1,
    (array['coffee', 'tea', 'snacks', 'skincare', 'homeware', 'pets'])[
        1 + abs(hashtext(order_id)) %% 6
    ],
    50000
from intermediate.int_person_orders;
insert into intermediate.int_person_value
    (profile_id, order_count, last_order_date, next_due_date, lifecycle_stage)
select profile_id, count(*), max(order_date), max(order_date) + 60,
    case when max(order_date) > %(day)s::date - 60 then 'active' else 'dormant' end
from intermediate.int_person_orders group by profile_id;
"""
_PORTRAITS = """
update build.portrait as t
set life_order_count = v.order_count, life_stage = v.lifecycle_stage
from intermediate.int_person_value as v where t.profile_id = v.profile_id
"""
# A fiftieth of the people got a message and answered a pop-up.
_DAY = """
insert into intermediate.int_contacts
    (message_id, identifier_set_id, channel, offer_id, contact_class, sent_at, delivered_at)
select n || '-' || %(day)s, n, 'push', 'OF-TEA', 'marketing', %(day)s::date + time '10:00',
    %(day)s::date + time '10:00'
from (select substr(profile_id, 3)::integer as n from intermediate.int_person) as person
where n %% 50 = 7;
update intermediate.int_subscription_grants set grant_count = grant_count + 1
where substr(profile_id, 3)::integer %% 50 = 7;
"""
_FILLED = (
    ("identity", "profile"),
    ("build", "portrait"),
    *(
        ("intermediate", f"int_{name}")
        for name in (
            *("person", "actor_profile", "person_channels", "subscription_grants", "contacts"),
            *("person_orders", "order_lines", "person_value"),
        )
    ),
)
_ZEROS = {"text": "'none'", "boolean": "false", "date": "'2026-01-01'"}


def fill_persons(settings: Settings, persons: int, day: date) -> None:
    """Replaces whoever is there by so many invented persons with a past up to `day`."""
    values = {"persons": persons, "day": str(day)}
    with connect(settings, LOGIN) as conn:
        _run(conn, _PERSONS, values)
        _run(conn, _PAST, values)
        _portraits(conn, persons)
    with connect(settings, LOGIN, autocommit=True) as conn:
        for table in _FILLED:  # not `mart`: as an empty table it has no statistics either
            conn.execute(sql.SQL("analyze {}").format(sql.Identifier(*table)))


def live_another_day(settings: Settings, day: date) -> None:
    """What happens on a day to one person in fifty."""
    with connect(settings, LOGIN) as conn:
        _run(conn, _DAY, {"day": str(day)})


def _run(conn: Connection, script: str, values: dict[str, object]) -> None:
    for statement in script.split(";\n"):
        if statement.strip():
            conn.execute(statement.encode(), values)


def _portraits(conn: Connection, persons: int) -> None:
    """Portraits of zeros, but for what the rules of the catalogue ask."""
    columns = conn.execute(
        "select attname, format_type(atttypid, null) from pg_attribute"
        " where attrelid = 'build.portrait'::regclass and attnotnull and attnum > 0"
        " and attname <> 'profile_id'"
    ).fetchall()
    conn.execute(
        sql.SQL("insert into build.portrait (profile_id, {}) select 'p_' || n, {}"
                " from generate_series(1, {}) as n").format(
            sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns),
            sql.SQL(", ").join(sql.SQL(_ZEROS.get(kind, "0")) for _, kind in columns),
            sql.Literal(persons),
        )
    )  # fmt: skip
    conn.execute(_PORTRAITS.encode())
