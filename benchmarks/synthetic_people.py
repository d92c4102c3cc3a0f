"""A brand's people, written as identity resolution would leave them.

Person n has a member number, an openid in the mini-program, an app, a browser, a phone and an
openid in the official account, seen in so many combinations. A quarter as many are anonymous
browsers. One person in 200 gave the phone with the app to the next one, so those events have owners
in time. Whatever people differ in is drawn by a hash of n: the same numbers in every run.
"""

from dataclasses import dataclass
from datetime import date

from settings import Settings
from warehouse.connection import LOGIN, Connection, connect

MALL = "wx00000000000000a1"
EVENTS_A_SESSION = 5.4
ACCOUNT = "wx00000000000000b1"

_DICE = """
create schema synthetic;
create function synthetic.draw(n bigint, dice integer) returns bigint
language sql immutable parallel safe as $$ select hashint8extended(n, dice) & 2147483647 $$;
create function synthetic.chance(n bigint, dice integer) returns float8
language sql immutable parallel safe as
$$ select (1 + (hashint8extended(n, dice) & 2147483647)) / 2147483649.0::float8 $$
"""
# Activity and purchases have Pareto tails, scaled so that the sums are what was asked for.
_PERSONS = """
create unlogged table synthetic.person as
with drawn as (
    select
        n,
        n <= %(persons)s as is_known,
        least(100, power(synthetic.chance(n, 1), -1 / 1.5)) as activity,
        case when mod(n, 5) > 0 then least(60, power(synthetic.chance(n, 2), -1 / 1.7)) else 0 end
            as custom
    from generate_series(1, %(persons)s::bigint * 5 / 4) as n
)
select
    n,
    is_known,
    mod(n, 50) as weekday_of_visit,
    'p_' || left(md5(n::text), 26) as profile_id,
    case
        when is_known then greatest(1, round(%(sessions)s * activity
            / avg(activity) filter (where is_known) over ()))
        else 1 + mod(n, 2)
    end::integer as sessions,
    case when is_known then round(%(orders)s * custom / avg(custom) filter (where is_known) over ())
        else 0 end::integer as orders,
    (7 + mod(synthetic.draw(n, 3), 15))::integer as hour,
    (array['mini_program', 'mini_program', 'mini_program', 'mini_program', 'app', 'app', 'web'])[
        1 + mod(synthetic.draw(n, 4), 7)] as channel,
    (array['iOS', 'Android', 'HarmonyOS', 'Windows'])[1 + mod(synthetic.draw(n, 5), 4)] as os,
    (1 + mod(synthetic.draw(n, 6), 6))::integer as taste,
    case when mod(synthetic.draw(n, 7), 10) < 6 then 0
        else mod(synthetic.draw(n, 8), 60) end::integer as first_offset,
    case when mod(synthetic.draw(n, 9), 10) < 5 then 60
        else 1 + mod(synthetic.draw(n, 10), 60) end::integer as stay_days
from drawn;
create unique index on synthetic.person (n);
analyze synthetic.person
"""
_IDENTIFIERS = """
insert into identity.identifier (
    identifier_id, namespace, scope, value, arrival_day, first_seen_at, last_seen_at, born_at,
    best_strength
)
select 8 * p.n + i.place, i.namespace, i.scope, i.value, %(day)s::date, %(day)s::date,
    %(last_day)s::date, %(day)s::date,
    least(2, 1 + i.place)
from synthetic.person as p
cross join lateral (
    values
    (0, 'member_id', '', 'M' || lpad(p.n::text, 8, '0')),
    (1, 'openid', %(mall)s, 'o' || left(md5('m' || p.n), 27)),
    (2, 'app_install_id', '', md5('a' || p.n)::uuid::text),
    (3, 'web_cookie', '', md5('c' || p.n)::uuid::text),
    (4, 'phone', '', '+86154' || lpad(p.n::text, 8, '0')),
    (5, 'openid', %(account)s, 'o' || left(md5('f' || p.n), 27))
) as i (place, namespace, scope, value)
where p.is_known or i.place = 3;
insert into identity.identifier_set (identifier_set_id, identifier_ids, strengths, actor_id)
select
    8 * p.n + s.place,
    case when s.with_member then array[8 * p.n] else array[]::bigint[] end
        || case when s.other > 0 then array[8 * p.n + s.other] else array[]::bigint[] end,
    case when s.with_member then array[1]::smallint[] else array[]::smallint[] end
        || case when s.other > 0 then array[2]::smallint[] else array[]::smallint[] end,
    case when s.with_member then 8 * p.n else 8 * p.n + s.other end
from synthetic.person as p
cross join lateral (
    values (0, true, 0), (1, true, 1), (2, true, 2), (3, p.is_known, 3), (4, true, 4),
    (5, false, 5), (7, false, 2)
) as s (place, with_member, other)
where (p.is_known or s.place = 3) and (s.place < 7 or mod(p.n, 200) = 7)
"""
_PROFILES = """
insert into identity.profile
    (profile_id, anchor_identifier_id, kind, created_at, identifier_count, status)
select profile_id, 8 * n + case when is_known then 0 else 3 end,
    case when is_known then 'known' else 'anonymous' end, %(day)s::date,
    case when is_known then 6 else 1 end, 'active'
from synthetic.person;
insert into identity.identifier_profile (identifier_id, profile_id, valid_from, run_id)
select i.identifier_id, p.profile_id, %(day)s::date, 0
from identity.identifier as i inner join synthetic.person as p on i.identifier_id / 8 = p.n;
insert into identity.ownership_window (identifier_id, account_id, owned_from, owned_to, because)
select 8 * n + 2, 8 * (n + owner.later), owner.owned_from, owner.owned_to, 'other login'
from synthetic.person
cross join lateral (
    values
    (0, %(day)s::timestamptz, %(last_day)s::timestamptz - interval '30 days'),
    (1, %(last_day)s::timestamptz - interval '30 days',
        %(last_day)s::timestamptz + interval '9 days')
) as owner (later, owned_from, owned_to)
where is_known and mod(n, 200) = 7 and n < %(persons)s
"""
_TABLES = ("identifier", "identifier_set", "profile", "identifier_profile", "ownership_window")


@dataclass(frozen=True)
class BrandSize:
    """How many persons, and how much of each kind one has on average."""

    persons: int
    orders: float = 15
    events: float = 100


def fill_people(settings: Settings, size: BrandSize, last_day: date) -> None:
    """Writes the people and, in the schema `synthetic`, what they are like."""
    values: dict[str, object] = {
        "persons": size.persons,
        "sessions": size.events / EVENTS_A_SESSION,
        "orders": size.orders,
        "day": "2025-06-01",
        "last_day": str(last_day),
        "mall": MALL,
        "account": ACCOUNT,
    }
    with connect(settings, LOGIN) as conn:
        conn.execute(_DICE)
        for script in (_PERSONS, _IDENTIFIERS, _PROFILES):
            run_script(conn, script, values)
        for name in _TABLES:
            conn.execute(f"analyze identity.{name}".encode())


def run_script(conn: Connection, script: str, values: dict[str, object]) -> None:
    """Executes the statements of a script one by one with the same values."""
    for statement in script.split(";\n"):
        if statement.strip():
            conn.execute(statement.encode(), values)
