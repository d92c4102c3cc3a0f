"""What people do in the mini-program, the app and on the website: sessions, and events of sessions.

A session comes at the person's hour, in the person's channel, looks at the person's category, and
goes so far down the funnel. Three in ten persons came first within the sixty days, half stay away
after a while, one in twenty comes back after a month.
"""

SESSIONS = """
create unlogged table synthetic.session as
with numbered as (
    select
        p.*,
        s.j,
        p.n * 4096 + s.j as draw_id,
        least(59, p.first_offset + floor(
            synthetic.chance(p.n * 4096 + s.j, 20) * least(60 - p.first_offset, p.stay_days)
        ))::integer as day_offset
    from synthetic.person as p cross join lateral generate_series(1, p.sessions) as s (j)
)
select
    n,
    is_known,
    draw_id,
    os,
    %(day)s::date - %(days)s + 1 + case
        when mod(n, 20) = 3 and day_offset between 10 and 45 then 50 else day_offset
    end as day,
    case when mod(synthetic.draw(draw_id, 21), 10) < 6 then hour
        else 7 + mod(synthetic.draw(draw_id, 22), 15) end::integer as hour,
    case when not is_known then 'web' when mod(synthetic.draw(draw_id, 23), 10) < 7 then channel
        else (array['mini_program', 'app', 'web'])[1 + mod(synthetic.draw(draw_id, 24), 3)]
    end as channel,
    (1 + (mod(synthetic.draw(draw_id, 25), 100) >= 20)::integer
        + (mod(synthetic.draw(draw_id, 25), 100) >= 65)::integer
        + (mod(synthetic.draw(draw_id, 25), 100) >= 85)::integer
        + (mod(synthetic.draw(draw_id, 25), 100) >= 94)::integer) as depth,
    (1 + least(30, floor(-4.5 * ln(synthetic.chance(draw_id, 26)))))::integer as extent,
    case when mod(synthetic.draw(draw_id, 27), 3) < 2 then taste
        else 1 + mod(synthetic.draw(draw_id, 28), 6) end::integer as taste
from numbered;
create index on synthetic.session (channel, day, n);
analyze synthetic.session
"""
SESSIONS_OF_DAY = """
truncate synthetic.session;
insert into synthetic.session
select n, is_known, n * 4096 + 4095, os, %(day)s::date, hour, channel,
    1 + mod(synthetic.draw(n, 30), 5), 7, taste
from synthetic.person where weekday_of_visit = extract(isodow from %(day)s::date) and is_known;
analyze synthetic.session
"""
# The names of each verb, in the order of the case below, as the SDK of each channel writes them.
_NAMES = {
    "mini_program": (
        "$MPLaunch|PayOrder|CheckoutStart|AddToCart|ProductView|$MPViewScreen|Search|$MPShare"
        "|$MPClick|CouponClaim|LoginWall|$MPPageLeave"
    ),
    "app": (
        "Application Opened|Order Completed|Checkout Started|Product Added|Product Viewed|screen"
        "|Products Searched|Product Shared|Promotion Clicked|Coupon Applied|Signed In"
        "|Promotion Viewed"
    ),
    "web": (
        "page|Order Completed|Checkout Started|Product Added|Product Viewed|page|Products Searched"
        "|Product Shared|Promotion Clicked|Coupon Applied|Signed In|Promotion Viewed"
    ),
}
_SENSORS = """jsonb_build_object(
    'distinct_id', md5(e.n::text), 'type', 'track', 'event', e.name,
    'time', extract(epoch from e.at)::bigint * 1000,
    'lib', '{"$lib": "MiniProgram", "$lib_version": "3.17"}'::jsonb,
    'properties', jsonb_build_object('$scene', 'wx-' || e.scene, '$os', e.os, '$url_path', e.path,
        'product_id', e.product_id, 'category', e.category)
)"""
_SEGMENT = """jsonb_build_object(
    'messageId', e.source_key, 'anonymousId', md5(e.n::text)::uuid, 'timestamp', e.at,
    'type', case when e.name in ('page', 'screen') then e.name else 'track' end,
    'event', case when e.name not in ('page', 'screen') then e.name end,
    'context', jsonb_build_object('os', jsonb_build_object('name', e.os),
        'page', jsonb_build_object('url', 'https://brand.invalid' || e.path)),
    'properties', jsonb_build_object('product_id', e.product_id, 'category', e.category)
)"""
_EVENTS = """
select e.source_key, e.at, e.set_id, {body}, e.name, e.product_id, e.category, e.os, {scene}
from (
    select
        s.n,
        to_char(s.day, 'YYYYMMDD') || '-' || lpad(s.n::text, 7, '0') || '-'
            || mod(s.draw_id, 4096) || '-' || lpad(step.i::text, 2, '0') as source_key,
        (s.day + make_interval(
            hours => s.hour, mins => mod(s.draw_id, 55)::integer, secs => 31 * step.i
        )) at time zone 'Asia/Shanghai' as at,
        case
            when mod(s.draw_id, 211) = 0 then null
            when '{channel}' = 'app' and mod(s.n, 200) = 7 then 8 * s.n + 7
            else 8 * s.n + {set_place}
        end as set_id,
        (string_to_array('{names}', '|'))[verb.place] as name,
        case when verb.place in (3, 4, 5) then
            'SKU' || lpad((
                6 * floor(80 * power(synthetic.chance(s.draw_id * 32 + step.i, 41), 3)) + s.taste
            )::text, 4, '0')
        end as product_id,
        case when verb.place in (4, 5, 7) then
            (array['coffee', 'tea', 'snacks', 'skincare', 'homeware', 'pets'])[s.taste]
        end as category,
        s.os,
        (array['1089', '1008', '1047', '1005', '1035', '1007', '1014', '1067', '1129', '1103'])[
            1 + mod(synthetic.draw(s.draw_id, 42), 10)] as scene,
        '/pages/' || verb.place || '/' || s.taste as path
    from synthetic.session as s
    cross join lateral generate_series(1, greatest(s.extent, s.depth)) as step (i)
    cross join lateral (select greatest(s.extent, s.depth) - step.i as left_over) as rest
    cross join lateral (
        select case
            when step.i = 1 then 1
            when s.depth = 5 and rest.left_over = 0 then 2
            when s.depth >= 4 and rest.left_over = s.depth - 4 then 3
            when s.depth >= 3 and rest.left_over = s.depth - 3 then 4
            else (array[5, 5, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 7, 7, 8, 9, 10, 11, 12])[
                case
                    when s.depth = 1
                        then 8 + mod(synthetic.draw(s.draw_id * 32 + step.i, 40), 6)
                    else 1 + mod(synthetic.draw(s.draw_id * 32 + step.i, 40), 20)
                end]
        end as place
    ) as verb
    where s.channel = '{channel}'
    order by s.day, s.n
) as e
"""


def _events(channel: str, set_place: int, body: str, scene: str) -> str:
    return _EVENTS.format(
        channel=channel, set_place=set_place, names=_NAMES[channel], body=body, scene=scene
    )


BEHAVIOUR = {
    ("mini_program", "events"): _events("mini_program", 1, _SENSORS, "e.scene"),
    ("app", "events"): _events("app", 2, _SEGMENT, "null"),
    ("web", "events"): _events("web", 3, _SEGMENT, "null"),
}
"""By source and kind: a query of key, time, identifier set, body and the typed columns."""
