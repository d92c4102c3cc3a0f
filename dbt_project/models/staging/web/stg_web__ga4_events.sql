-- Grain: one event of GA4's daily export; a rewritten day holds its last version.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'web' and kind = 'ga4_events'
),

renamed as (
    select
        {{ json_text('event_name') }} as event_name,
        null::integer as scene_code,
        coalesce({{ json_text('device,operating_system') }}, {{ json_text('device,category') }}) as device_os,
        coalesce({{ json_text('items,0,item_id') }}, {{ ga4_parameter('item_id') }}) as product_id,
        coalesce({{ json_text('items,0,item_category') }}, {{ ga4_parameter('item_category') }}) as category,
        coalesce(
            {{ json_text('ecommerce,transaction_id') }},
            {{ ga4_parameter('transaction_id') }}
        ) as order_id,
        coalesce({{ json_text('items,0,coupon') }}, {{ ga4_parameter('coupon') }}) as coupon_code,
        {{ envelope() }}
    from source
)

select * from renamed
