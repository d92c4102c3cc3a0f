-- Grain: one login to a mini-program.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'mini_program' and kind = 'logins'
),

renamed as (
    select
        {{ json_text('appid') }} as appid,
        {{ json_time('login_at') }} as logged_in_at,
        {{ json_integer('scene') }} as scene_code,
        {{ envelope() }}
    from source
)

select * from renamed
