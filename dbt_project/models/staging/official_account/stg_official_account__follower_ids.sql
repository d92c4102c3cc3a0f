-- Grain: one openid in one pull of the list of followers.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where
        source = 'official_account' and kind = 'follower_ids'
        and body ->> 'openid' is not null
),

renamed as (
    select
        {{ json_text('appid') }} as appid,
        {{ json_text('openid') }} as openid,
        {{ json_time('pulled_at') }} as pulled_at,
        {{ json_integer('reply,total') }} as follower_count,
        {{ envelope() }}
    from source
)

select * from renamed
