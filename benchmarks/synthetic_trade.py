"""What people buy, and which messages they get."""

PURCHASES = """
create unlogged table synthetic.purchase as
select
    p.n,
    o.k,
    'O' || lpad(p.n::text, 7, '0') || lpad(o.k::text, 5, '0') as order_id,
    ((%(day)s::date - floor(%(order_days)s * synthetic.chance(p.n * 2048 + o.k, 50))::integer)
        + make_interval(hours => p.hour, mins => mod(p.n * 7 + o.k, 50)::integer))
        at time zone 'Asia/Shanghai' as at,
    1 + mod(synthetic.draw(p.n * 2048 + o.k, 51), 3) as lines,
    p.taste,
    mod(synthetic.draw(p.n * 2048 + o.k, 52), 100) as draw,
    p.channel
from synthetic.person as p cross join lateral generate_series(1, p.orders) as o (k);
analyze synthetic.purchase;
create unlogged table synthetic.message as
select
    p.n,
    'C' || lpad(p.n::text, 7, '0') || lpad(m.k::text, 3, '0') as message_id,
    ((%(day)s::date - mod(synthetic.draw(p.n * 64 + m.k, 60), %(order_days)s)::integer)
        + make_interval(hours => 9 + mod(p.n + m.k, 11)::integer))
        at time zone 'Asia/Shanghai' as at,
    mod(synthetic.draw(p.n * 64 + m.k, 61), 100) as draw
from synthetic.person as p cross join generate_series(1, 15) as m (k)
where p.is_known;
analyze synthetic.message
"""
PURCHASES_OF_DAY = """
truncate synthetic.purchase, synthetic.message;
insert into synthetic.purchase
select n, 99999, 'O' || lpad(n::text, 7, '0') || '99999',
    (%(day)s::date + make_interval(hours => hour)) at time zone 'Asia/Shanghai',
    1 + mod(n, 3), taste, mod(synthetic.draw(n, 53), 100), channel
from synthetic.person
where weekday_of_visit = extract(isodow from %(day)s::date) and is_known
    and mod(synthetic.draw(n, 54), 3) = 0;
insert into synthetic.message
select n, 'C' || lpad(n::text, 7, '0') || '999',
    (%(day)s::date + make_interval(hours => 10)) at time zone 'Asia/Shanghai',
    mod(synthetic.draw(n, 62), 100)
from synthetic.person
where weekday_of_visit = extract(isodow from %(day)s::date) and is_known
    and mod(synthetic.draw(n, 63), 3) = 0;
analyze synthetic.purchase, synthetic.message
"""
TRADE = {
    ("commerce", "orders"): """
select order_id || '@1', at, 8 * n, jsonb_build_object(
    'order_id', order_id, 'member_id', 'M' || lpad(n::text, 8, '0'), 'created_at', at,
    'updated_at', at, 'paid_at', at + interval '3 minutes',
    'cancelled_at', case when draw < 3 then at + interval '1 hour' end,
    'status', case when draw < 3 then 'cancelled' else 'paid' end,
    'channel', case when draw < 70 then channel else 'store' end,
    'scene', case when channel = 'mini_program' then 'wx-1089' end,
    'store_id', case when draw >= 70 then 'S' || mod(draw, 20) end,
    'total_fen', lines * (1990 + 100 * mod(draw, 50)),
    'discount_fen', case when draw < 35 then 500 else 0 end,
    'promotion_type',
    case when draw < 20 then 'coupon' when draw < 35 then 'flash_sale' else 'none' end)
from synthetic.purchase order by at, n
""",
    ("commerce", "order_lines"): """
select order_id || '/' || l.line, at, null::bigint, jsonb_build_object(
    'order_id', order_id, 'line_no', l.line::text, 'created_at', at,
    'product_id', 'SKU' || lpad((
        6 * floor(80 * power(synthetic.chance(n * 64 + mod(l.line * 7 + k, 9), 55), 3))
        + case when draw < 80 then taste else 1 + mod(draw, 6) end
    )::text, 4, '0'),
    'category', (array['coffee', 'tea', 'snacks', 'skincare', 'homeware', 'pets'])[
        case when draw < 80 then taste else 1 + mod(draw, 6) end],
    'quantity', 1, 'unit_price_fen', 1990 + 100 * mod(draw, 50),
    'discount_fen', case when draw < 35 and l.line = 1 then 500 else 0 end)
from synthetic.purchase cross join lateral generate_series(1, lines) as l (line) order by at, n
""",
    ("commerce", "payments"): """
select order_id || '@paid', at + interval '3 minutes', 8 * n, jsonb_build_object('decrypted',
    jsonb_build_object('transaction_id', '42' || order_id, 'out_trade_no', order_id,
        'appid', %(mall)s::text, 'trade_state', 'SUCCESS',
        'success_time', at + interval '3 minutes', 'amount', jsonb_build_object(
            'total', 1990 * lines, 'payer_total', 1990 * lines, 'currency', 'CNY')))
from synthetic.purchase order by at, n
""",
    ("commerce", "refunds"): """
select order_id || '@back', at + interval '9 hours', 8 * n, jsonb_build_object(
    'refund_id', 'R' || order_id, 'order_id', order_id, 'amount_fen', 500, 'reason', 'damaged',
    'success_time', at + interval '9 hours')
from synthetic.purchase where draw between 4 and 7 order by at, n
""",
    ("commerce", "points"): """
select 'P' || order_id, at, 8 * n, jsonb_build_object('entry_id', 'P' || order_id,
    'delta', case when draw < 60 then 20 else -50 end, 'balance_after', 100 + draw,
    'reason', case when draw < 60 then 'order' else 'exchange' end)
from synthetic.purchase where mod(draw, 3) = 0 order by at, n
""",
    ("commerce", "contacts"): """
select message_id, at, 8 * n, jsonb_build_object(
    'message_id', message_id, 'updated_at', at,
    'class', case when draw < 90 then 'marketing' else 'service' end,
    'channel', (array['mp_subscribe', 'official_account', 'push', 'sms', 'email', 'wecom'])[
        1 + mod(draw + n, 6)],
    'offer_id', (array['OF-COFFEE', 'OF-TEA', 'OF-SNACKS', 'OF-SKINCARE'])[1 + mod(draw, 4)],
    'queued_at', at, 'sent_at', at,
    'delivered_at', case when draw < 95 then at + interval '2 seconds' end,
    'opened_at', case when draw < 12 then at + interval '20 minutes' end,
    'clicked_at', case when draw < 5 then at + interval '21 minutes' end,
    'rejected_at', case when draw between 92 and 94 then at + interval '1 hour' end)
from synthetic.message order by at, n
""",
}
"""By source and kind: a query of key, time, identifier set and body; made anew each day."""
