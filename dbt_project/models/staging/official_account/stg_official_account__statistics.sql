-- Grain: one row of a datacube reply in one pull.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'official_account' and kind = 'statistics'
),

item as (
    select
        source.*,
        coalesce(source.body -> 'list', source.body -> 'reply') as item
    from source
),

renamed as (
    select
        {{ json_text('appid') }} as appid,
        {{ json_text('endpoint') }} as endpoint,
        {{ text_date("item ->> 'ref_date'") }} as ref_date,
        item ->> 'user_source' as user_source,
        item ->> 'msgid' as article_id,
        concat_ws(
            '|',
            item ->> 'ref_hour',
            item ->> 'share_scene',
            item ->> 'msg_type',
            item ->> 'count_interval',
            item ->> 'stat_date'
        ) as item_key,
        {{ json_boolean('reply,is_delay') }} as is_delayed,
        item as figures,
        {{ envelope() }}
    from item
)

select * from renamed
