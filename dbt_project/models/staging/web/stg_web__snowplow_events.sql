-- Grain: one event of Snowplow's trackers.
{% set shop = 'com_snowplowanalytics_snowplow_ecommerce' %}
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'web' and kind = 'snowplow_events'
),

renamed as (
    select
        coalesce(
            {{ json_text('unstruct_event_' ~ shop ~ '_snowplow_ecommerce_action_1,type') }},
            {{ json_text('se_action') }},
            {{ json_text('event_name') }},
            {{ json_text('event') }}
        ) as event_name,
        null::integer as scene_code,
        coalesce(
            {{ json_text('os_name') }},
            {{ json_text('os_family') }},
            {{ json_text('contexts_com_snowplowanalytics_snowplow_mobile_context_1,0,osType') }}
        ) as device_os,
        coalesce(
            {{ json_text('contexts_' ~ shop ~ '_product_1,0,id') }},
            {{ json_text('ti_sku') }}
        ) as product_id,
        coalesce(
            {{ json_text('contexts_' ~ shop ~ '_product_1,0,category') }},
            {{ json_text('ti_category') }}
        ) as category,
        coalesce(
            {{ json_text('contexts_' ~ shop ~ '_transaction_1,0,transaction_id') }},
            {{ json_text('tr_orderid') }},
            {{ json_text('ti_orderid') }}
        ) as order_id,
        null::text as coupon_code,
        {{ envelope() }}
    from source
)

select * from renamed
