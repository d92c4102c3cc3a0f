-- Grain: one tag of the account, or one follower who carries it, in one pull.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'official_account' and kind = 'tags'
),

renamed as (
    select
        {{ json_text('appid') }} as appid,
        {{ json_text('endpoint') }} as endpoint,
        coalesce(
            {{ json_text('tags,id') }},
            {{ json_text('requested,tagid') }},
            {{ json_text('tagid_list') }}
        ) as tag_id,
        {{ json_text('tags,name') }} as tag_name,
        {{ json_integer('tags,count') }} as follower_count,
        coalesce({{ json_text('openid') }}, {{ json_text('requested,openid') }}) as openid,
        {{ json_time('pulled_at') }} as pulled_at,
        {{ envelope() }}
    from source
)

select * from renamed
