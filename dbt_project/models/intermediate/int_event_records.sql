-- Grain: one behaviour record of any channel, in one vocabulary; resent records are still in it.
{{ config(materialized='view') }}

{% set channels = [
    ('mini_program', 'events', ref('stg_mini_program__events')),
    ('app', 'events', ref('stg_app__events')),
    ('app', 'sensors_events', ref('stg_app__sensors_events')),
    ('app', 'snowplow_events', ref('stg_app__snowplow_events')),
    ('web', 'events', ref('stg_web__events')),
    ('web', 'snowplow_events', ref('stg_web__snowplow_events')),
    ('web', 'ga4_events', ref('stg_web__ga4_events')),
] %}
{% set pushes = [
    ('official_account', ref('stg_official_account__pushes')),
    ('mini_program', ref('stg_mini_program__pushes')),
] %}

with events as (
    {% for channel, kind, staged in channels %}
        select
            '{{ channel }}'::text as channel,
            '{{ kind }}'::text as kind,
            event_name,
            scene_code,
            device_os,
            product_id,
            category,
            order_id,
            coupon_code,
            {{ envelope() }}
        from {{ staged }}
        union all
    {% endfor %}
    {% for channel, staged in pushes %}
        select
            '{{ channel }}' as channel,
            'pushes' as kind,
            event_name,
            null as scene_code,
            null as device_os,
            null as product_id,
            null as category,
            null as order_id,
            null as coupon_code,
            {{ envelope() }}
        from {{ staged }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        events.channel,
        events.kind,
        coalesce(event_verb.verb, 'other') as verb,
        {{ local_date('events.occurred_at') }} as event_date,
        extract(hour from events.occurred_at at time zone 'Asia/Shanghai')::smallint as event_hour,
        events.scene_code,
        {{ scene_group('events.scene_code') }} as scene_group,
        case
            when events.device_os ~* 'iphone|ipad|\mios' then 'ios'
            when events.device_os ~* 'harmony' then 'harmony'
            when events.device_os ~* 'android' then 'android'
            when events.device_os ~* 'windows|mac|linux' then 'desktop'
            else 'unknown'
        end as device_type,
        events.product_id,
        events.category,
        events.order_id,
        events.coupon_code,
        events.source_key,
        events.content_hash,
        events.event_at,
        events.event_day,
        events.received_at,
        events.occurred_at,
        events.identifier_set_id,
        events.record_id,
        events._load_id
    from events
    left join {{ ref('event_verb') }} as event_verb
        on events.channel = event_verb.source and events.event_name = event_verb.event_name
    left join {{ ref('scene') }} as scene on events.scene_code = scene.scene_code
)

select * from final
