-- Grain: one item of a reply of the analytics API in one pull; a reply without a list is one item.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'mini_program' and kind = 'analytics'
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
        case when item ->> 'ref_date' ~ '^\d{8}' then to_date(
            left(item ->> 'ref_date', 8),
            'YYYYMMDD'
        ) else event_day end as ref_date,
        coalesce(item ->> 'index', item ->> 'page_path', '') as item_key,
        item as figures,
        {{ envelope() }}
    from item
)

select * from renamed
