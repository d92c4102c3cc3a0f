-- Grain: one login to the website with WeChat.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'web' and kind = 'oauth_logins'
),

renamed as (
    select
        {{ json_text('appid') }} as appid,
        {{ json_time('login_at') }} as logged_in_at,
        {{ json_text('scope') }} as oauth_scope,
        {{ json_boolean('is_snapshotuser') }} as is_snapshot_user,
        {{ envelope() }}
    from source
)

select * from renamed
