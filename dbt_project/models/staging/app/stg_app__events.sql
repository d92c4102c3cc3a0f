-- Grain: one event of the app's SDK.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'app' and kind = 'events'
),

renamed as (
    select
        case when body ->> 'type' = 'track' then body ->> 'event' else body ->> 'type' end as event_name,
        null::integer as scene_code,
        coalesce({{ json_text('context,os,name') }}, {{ json_text('context,device,type') }}) as device_os,
        coalesce({{ json_text('properties,product_id') }}, {{ json_text('properties,products,0,product_id') }}) as product_id,
        coalesce({{ json_text('properties,category') }}, {{ json_text('properties,products,0,category') }}) as category,
        {{ json_text('properties,order_id') }} as order_id,
        coalesce({{ json_text('properties,coupon_code') }}, {{ json_text('properties,coupon_id') }}) as coupon_code,
        {{ envelope() }}
    from source
)

select * from renamed
