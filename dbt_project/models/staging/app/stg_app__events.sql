-- Grain: one event of the app's SDK.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'app' and kind = 'events'
),

renamed as (
    select
        {{ segment_event_name() }} as event_name,
        null::integer as scene_code,
        {{ segment_device('context,device,type') }} as device_os,
        {{ first_product('product_id') }} as product_id,
        {{ first_product('category') }} as category,
        {{ json_text('properties,order_id') }} as order_id,
        {{ json_text('properties,coupon_code') }} as coupon_code,
        {{ envelope() }}
    from source
)

select * from renamed
