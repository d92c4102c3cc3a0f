"""What members are, agree to and do beside buying; followers, and what WeChat's figures say."""

from dataclasses import dataclass

_ROWS = """
select r.source_key, r.at, r.set_id, r.body
from (
    select '{key}' || p.n || '-' || x.k as source_key, t.at, 8 * p.n + {place} as set_id,
        jsonb_build_object({body}) as body
    from synthetic.person as p cross join generate_series(1, {times}) as x (k)
    cross join lateral (
        select ((%(day)s::date - mod(synthetic.draw(p.n * 32 + x.k, {dice}), {days})::integer)
            + make_interval(hours => 9 + mod(p.n + x.k, 11)::integer)) at time zone 'Asia/Shanghai'
            as at
    ) as t
    where p.is_known and {where}
) as r
order by r.at
"""


@dataclass(frozen=True)
class _Register:
    """Records of the known persons `p` that fit, so many (`x.k`) each, at `t.at` of the last days.

    place: which combination of identifiers they come with. body: arguments of jsonb_build_object.
    """

    key: str
    body: str
    where: str = "true"
    times: int = 1
    days: int = 300
    place: int = 0

    @property
    def rows(self) -> str:
        return _ROWS.format(dice=ord(self.key), **vars(self))


_MEMBERS = _Register(
    "m",
    """
    'member_id', 'M' || lpad(p.n::text, 8, '0'), 'updated_at', t.at, 'registered_at', t.at,
    'birth_date', date '1950-01-01' + mod(synthetic.draw(p.n, 70), 21000)::integer,
    'gender', 'f', 'home_store', 'S' || mod(p.n, 20), 'status', 'active',
    'tier', (array['bronze', 'silver', 'gold'])[1 + mod(p.n, 3)]
    """,
    place=4,
)
_CONSENTS = _Register(
    "c",
    """
    'consent_id', 'C' || p.n || x.k, 'channel', 'all',
    'purpose', case x.k when 1 then 'marketing' else 'personalisation' end,
    'granted', case x.k when 1 then mod(p.n, 5) > 0 else mod(p.n, 40) > 0 end
    """,
    where="(x.k = 1 or mod(p.n, 10) = 0)",
    times=2,
)
_COUPONS = _Register(
    "k",
    """
    'coupon_code', 'CP' || p.n || '-' || x.k,
    'event', (array['claimed', 'used', 'expired'])[1 + mod(p.n + x.k, 3)],
    'batch_id', 'OF-COFFEE', 'face_fen', 500, 'threshold_fen', 3000,
    'valid_from', t.at, 'valid_to', t.at + interval '7 days'
    """,
    times=4,
)
_CHECK_INS = _Register(
    "i",
    """
    'member_id', 'M' || lpad(p.n::text, 8, '0'), 'local_date', t.at::date, 'streak', x.k,
    'points', 5
    """,
    where="mod(p.n, 5) = 2",
    times=10,
    days=60,
)
_STORED_VALUE = _Register(
    "v",
    """
    'entry_id', 'V' || p.n || '-' || x.k, 'delta_fen', 10000, 'gift_delta_fen', 500,
    'balance_after_fen', 10500 * x.k,
    'reason', case x.k when 1 then 'top_up' else 'commission' end
    """,
    where="mod(p.n, 10) = 4",
    times=2,
)
_TIERS = _Register(
    "t",
    "'changed_at', t.at, 'from_tier', 'bronze', 'to_tier', 'silver'",
    where="mod(p.n, 5) = 1",
)
_REFERRALS = _Register(
    "f",
    """
    'referral_id', 'F' || p.n, 'inviter_member_id', 'M' || lpad(p.n::text, 8, '0'),
    'invitee_member_id', 'M' || lpad((p.n + 1)::text, 8, '0'), 'campaign_id', 'spring',
    'invited_at', t.at,
    'converted_at', case when mod(p.n, 2) = 0 then t.at + interval '30 hours' end
    """,
    where="mod(p.n, 10) in (3, 8)",
)
_SERVICE = _Register(
    "s",
    """
    'conversation_id', 'S' || p.n, 'channel', 'mini_program', 'opened_at', t.at,
    'first_reply_at', t.at + interval '40 seconds', 'closed_at', t.at + interval '9 minutes',
    'message_count', 6, 'topic', case mod(p.n, 3) when 0 then 'complaint' else 'delivery' end,
    'rating', 1 + mod(p.n, 5)
    """,
    where="mod(p.n, 10) = 9",
    days=60,
)
_SUBSCRIPTIONS = _Register(
    "g",
    """
    'ToUserName', 'gh_0000000000a1', 'Event', 'subscribe_msg_popup_event', 'List',
    jsonb_build_object('TemplateId', 'TPL_FAKE_000' || x.k, 'SubscribeStatusString', 'accept')
    """,
    where="mod(p.n, 5) < 2",
    times=2,
    days=60,
    place=1,
)
_PUSHES = _Register(
    "u",
    """
    'ToUserName', 'gh_0000000000b1', 'MsgType', 'event',
    'Event', (array['subscribe', 'CLICK', 'VIEW', 'unsubscribe'])[x.k], 'EventKey', 'menu-' || x.k
    """,
    where="mod(p.n, 2) = 0 and (x.k < 4 or mod(p.n, 20) = 0)",
    times=4,
    days=60,
    place=5,
)
_FOLLOWERS = _Register(
    "o",
    """
    'appid', %(account)s::text, 'pulled_at', t.at, 'user_info_list', jsonb_build_object(
        'subscribe', 1, 'subscribe_scene', 'ADD_SCENE_QR_CODE',
        'subscribe_time', extract(epoch from t.at - interval '20 days')::bigint)
    """,
    where="mod(p.n, 2) = 0",
    days=30,
    place=5,
)
_WECOM = _Register(
    "w",
    """
    'ToUserName', 'ww1', 'Event', 'change_external_contact', 'UserID', 'guide-1',
    'ChangeType', 'add_external_contact', 'State', 'store-' || mod(p.n, 7)
    """,
    where="mod(p.n, 10) = 6",
    days=60,
)
_PRODUCTS = """
select 'SKU' || s || '@1', timestamptz '2025-09-01', null::bigint, jsonb_build_object(
    'product_id', 'SKU' || lpad(s::text, 4, '0'), 'name', 'Product ' || s,
    'brand', 'B' || mod(s, 9),
    'category', (array['coffee', 'tea', 'snacks', 'skincare', 'homeware', 'pets'])[
        1 + mod(s - 1, 6)],
    'price_fen', 1990, 'cost_fen', 900, 'stock', 100, 'on_sale', true)
from generate_series(1, 480) as s
"""
_ARTICLES = """
select 'article-' || a || '-' || d, %(day)s::timestamptz - d * interval '1 day', null::bigint,
    jsonb_build_object('appid', %(account)s::text, 'endpoint', 'getarticletotal', 'list',
        jsonb_build_object('msgid', a || '_1', 'title', 'Article ' || a,
            'ref_date', %(day)s::date - d - 1, 'details', jsonb_build_array(jsonb_build_object(
                'stat_date', %(day)s::date - d, 'int_page_read_user', 100 + a, 'share_user', a))))
from generate_series(1, 50) as a cross join generate_series(0, 6) as d
"""
_FIGURES = """
select 'visits-' || d, %(day)s::timestamptz - d * interval '1 day', null::bigint,
    jsonb_build_object('appid', %(mall)s::text, 'endpoint', 'getweanalysisappiddailyvisittrend',
        'list', jsonb_build_object('ref_date', to_char(%(day)s::date - d, 'YYYYMMDD'),
            'visit_uv', 1000, 'visit_uv_new', 100))
from generate_series(1, 59) as d
"""
MEMBERSHIP = {
    ("commerce", "members"): _MEMBERS.rows,
    ("commerce", "consents"): _CONSENTS.rows,
    ("commerce", "coupons"): _COUPONS.rows,
    ("commerce", "check_ins"): _CHECK_INS.rows,
    ("commerce", "stored_value"): _STORED_VALUE.rows,
    ("commerce", "tiers"): _TIERS.rows,
    ("commerce", "referrals"): _REFERRALS.rows,
    ("commerce", "service_conversations"): _SERVICE.rows,
    ("commerce", "products"): _PRODUCTS,
    ("mini_program", "subscriptions"): _SUBSCRIPTIONS.rows,
    ("mini_program", "analytics"): _FIGURES,
    ("official_account", "pushes"): _PUSHES.rows,
    ("official_account", "followers"): _FOLLOWERS.rows,
    ("official_account", "wecom_pushes"): _WECOM.rows,
    ("official_account", "statistics"): _ARTICLES,
}
"""By source and kind: a query of key, time, identifier set and body."""
