-- Grain: known person with a visit or a paid order in the longest window: how often, and for how much.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

{% set longest = windows() | max %}

with days as (
    select
        profile_id,
        event_date as on_date,
        sum(visit_event_count) > 0 as is_visit,
        sum(product_view_count) as product_views,
        sum(search_count) as searches,
        sum(cart_add_count) as cart_adds,
        sum(share_count) as shares,
        0 as orders,
        0 as net_fen
    from {{ ref('int_person_activity') }}
    where profile_kind = 'known' and event_date > {{ as_of() }} - {{ longest }}
    group by profile_id, event_date
    union all
    select
        profile_id,
        order_date as on_date,
        false as is_visit,
        0 as product_views,
        0 as searches,
        0 as cart_adds,
        0 as shares,
        1 as orders,
        net_fen
    from {{ ref('int_person_orders') }}
    where order_date > {{ as_of() }} - {{ longest }}
),

final as (
    select
        profile_id,
        {{ windowed('cnt', 'visit_days', 'sum(is_visit::integer)', 'on_date') }},
        {{ windowed('cnt', 'product_views', 'sum(product_views)', 'on_date') }},
        {{ windowed('cnt', 'searches', 'sum(searches)', 'on_date') }},
        {{ windowed('cnt', 'cart_adds', 'sum(cart_adds)', 'on_date') }},
        {{ windowed('cnt', 'shares', 'sum(shares)', 'on_date') }},
        {{ windowed('cnt', 'orders', 'sum(orders)', 'on_date') }},
        {{ windowed('amt', 'net_fen', 'sum(net_fen)', 'on_date') }}
    from days
    group by profile_id
)

select * from final
