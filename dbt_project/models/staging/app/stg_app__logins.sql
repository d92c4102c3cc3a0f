-- Grain: one login to the app with WeChat.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'app' and kind = 'logins'
),

renamed as (
    select
        {{ json_text('appid') }} as appid,
        {{ json_time('login_at') }} as logged_in_at,
        {{ envelope() }}
    from source
)

select * from renamed
