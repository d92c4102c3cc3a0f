-- Grain: one event of the mini-program's SDK.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'mini_program' and kind = 'events'
),

renamed as (
    select
        {{ json_text('event') }} as event_name,
        substring(body #>> '{properties,$scene}' from '(\d{4})$')::integer as scene_code,
        {{ json_text('properties,$os') }} as device_os,
        {{ json_text('properties,product_id') }} as product_id,
        {{ json_text('properties,category') }} as category,
        {{ json_text('properties,order_id') }} as order_id,
        {{ json_text('properties,coupon_code') }} as coupon_code,
        {{ envelope() }}
    from source
)

select * from renamed
