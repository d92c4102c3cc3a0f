-- Grain: one event of the website's SDK.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'web' and kind = 'events'
),

renamed as (
    select
        {{ segment_event_name() }} as event_name,
        null::integer as scene_code,
        {{ segment_device('context,userAgent') }} as device_os,
        {{ first_product('product_id') }} as product_id,
        {{ first_product('category') }} as category,
        {{ json_text('properties,order_id') }} as order_id,
        {{ json_text('properties,coupon_code') }} as coupon_code,
        {{ envelope() }}
    from source
)

select * from renamed
