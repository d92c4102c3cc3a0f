-- Grain: known person with anything done, bought or received in the longest window: how often, for how much.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

{% set longest = windows() | max %}
{% set counts = [
    'product_views', 'searches', 'cart_adds', 'shares', 'events', 'sessions', 'checkouts', 'login_walls',
    'coupon_claims', 'orders', 'contacts', 'contact_clicks',
] %}
{% set amounts = ['net_fen', 'gross_fen', 'discount_fen', 'refund_fen'] %}

with days as (
    select
        profile_id,
        event_date as on_date,
        sum(visit_event_count) > 0 as is_visit,
        {{ measures({
            'product_views': 'sum(product_view_count)', 'searches': 'sum(search_count)',
            'cart_adds': 'sum(cart_add_count)', 'shares': 'sum(share_count)', 'events': 'sum(event_count)',
        }, counts + amounts) }}
    from {{ ref('int_person_activity') }}
    where profile_kind = 'known' and event_date > {{ as_of() }} - {{ longest }}
    group by profile_id, event_date
    union all
    select
        profile_id,
        session_date as on_date,
        false as is_visit,
        {{ measures({
            'sessions': '1', 'checkouts': 'checkout_start_count', 'login_walls': 'login_wall_count',
            'coupon_claims': 'coupon_claim_count',
        }, counts + amounts) }}
    from {{ ref('int_session') }}
    where profile_kind = 'known' and session_date > {{ as_of() }} - {{ longest }}
    union all
    select
        profile_id,
        order_date as on_date,
        false as is_visit,
        {{ measures({
            'orders': '1', 'net_fen': 'net_fen', 'gross_fen': 'amount_fen', 'discount_fen': 'discount_fen',
            'refund_fen': 'refund_fen',
        }, counts + amounts) }}
    from {{ ref('int_person_orders') }}
    where order_date > {{ as_of() }} - {{ longest }}
    union all
    select
        contacts.profile_id,
        {{ local_date('contacts.delivered_at') }} as on_date,
        false as is_visit,
        {{ measures({
            'contacts': '1', 'contact_clicks': '(contacts.clicked_at is not null)::integer',
        }, counts + amounts) }}
    from {{ ref('int_person_contacts') }} as contacts
    inner join {{ ref('int_person') }} as person
        on contacts.profile_id = person.profile_id and person.kind = 'known'
    where
        contacts.contact_class = 'marketing'
        and contacts.delivered_at < {{ as_of_end() }}
        and contacts.delivered_at >= {{ local_midnight(as_of() ~ ' - ' ~ (longest - 1)) }}
),

final as (
    select
        profile_id,
        {{ windowed('cnt', 'visit_days', 'sum(is_visit::integer)', 'on_date') }},
        {%- for measure in counts %}
            {{ windowed('cnt', measure, 'sum(' ~ measure ~ ')', 'on_date') }},
        {%- endfor %}
    {%- for measure in amounts %}
        {{ windowed('amt', measure, 'sum(' ~ measure ~ ')', 'on_date') }}{{ ',' if not loop.last }}
    {%- endfor %}
    from days
    group by profile_id
)

select * from final
