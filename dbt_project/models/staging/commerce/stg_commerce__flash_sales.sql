-- Grain: one request of a flash sale.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'flash_sales'
),

renamed as (
    select
        {{ json_text('activity_id') }} as activity_id,
        {{ json_text('request_id') }} as request_id,
        {{ json_text('member_id') }} as member_id,
        {{ json_text('sku') }} as sku,
        {{ json_time('requested_at') }} as requested_at,
        {{ json_text('result') }} as result,
        {{ json_text('order_id') }} as order_id,
        {{ envelope() }}
    from source
)

select * from renamed
