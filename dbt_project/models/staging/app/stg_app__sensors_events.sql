-- Grain: one event of the app's Sensors SDK.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'app' and kind = 'sensors_events'
),

renamed as (
    select
        coalesce({{ json_text('event') }}, {{ json_text('type') }}) as event_name,
        null::integer as scene_code,
        {{ json_text('properties,$os') }} as device_os,
        {{ json_text('properties,product_id') }} as product_id,
        {{ json_text('properties,category') }} as category,
        {{ json_text('properties,order_id') }} as order_id,
        {{ json_text('properties,coupon_code') }} as coupon_code,
        {{ envelope() }}
    from source
)

select * from renamed
