-- Grain: known person with anything done, bought or received in the longest window: how often, for how much.
-- Sums are first of bands of days between the windows' edges, then of the bands of each window.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

{% set longest = windows() | max %}
{% set activities = ['product_views', 'searches', 'cart_adds', 'shares', 'events'] %}
{% set sessions = ['sessions', 'checkouts', 'login_walls', 'coupon_claims'] %}
{% set amounts = ['net_fen', 'gross_fen', 'discount_fen', 'refund_fen'] %}
{% set contacts = ['contacts', 'contact_clicks'] %}
{% set names = ['visit_days'] + activities + sessions + ['orders'] + contacts + amounts %}

with bands as (
    select
        profile_id,
        {{ window_band('event_date') }} as band,
        {{ measures({
            'visit_days': 'sum(visit_days)', 'product_views': 'sum(product_views)', 'searches': 'sum(searches)',
            'cart_adds': 'sum(cart_adds)', 'shares': 'sum(shares)', 'events': 'sum(events)',
        }, names) }}
    from {{ ref('int_person_day') }}
    where profile_kind = 'known' and event_date > {{ as_of() }} - {{ longest }}
    group by profile_id, band
    union all
    select
        profile_id,
        {{ window_band('session_date') }} as band,
        {{ measures({
            'sessions': 'count(*)', 'checkouts': 'sum(checkout_start_count)',
            'login_walls': 'sum(login_wall_count)', 'coupon_claims': 'sum(coupon_claim_count)',
        }, names) }}
    from {{ ref('int_session') }}
    where profile_kind = 'known' and session_date > {{ as_of() }} - {{ longest }}
    group by profile_id, band
    union all
    select
        profile_id,
        {{ window_band('order_date') }} as band,
        {{ measures({
            'orders': 'count(*)', 'net_fen': 'sum(net_fen)', 'gross_fen': 'sum(amount_fen)',
            'discount_fen': 'sum(discount_fen)', 'refund_fen': 'sum(refund_fen)',
        }, names) }}
    from {{ ref('int_person_orders') }}
    where order_date > {{ as_of() }} - {{ longest }}
    group by profile_id, band
    union all
    select
        contacts.profile_id,
        {{ window_band(local_date('contacts.delivered_at')) }} as band,
        {{ measures({'contacts': 'count(*)', 'contact_clicks': 'count(contacts.clicked_at)'}, names) }}
    from {{ ref('int_person_contacts') }} as contacts
    inner join {{ ref('int_person') }} as person
        on contacts.profile_id = person.profile_id and person.kind = 'known'
    where
        contacts.contact_class = 'marketing'
        and contacts.delivered_at < {{ as_of_end() }}
        and contacts.delivered_at >= {{ local_midnight(as_of() ~ ' - ' ~ (longest - 1)) }}
    group by contacts.profile_id, band
),

final as (
    select
        profile_id,
    {%- for measure in names %}
        {{ windowed('amt' if measure in amounts else 'cnt', measure, 'sum(' ~ measure ~ ')', 'band') }}
        {{- ',' if not loop.last }}
    {%- endfor %}
    from bands
    group by profile_id
)

select * from final
