-- Grain: one follower in one pull of the list.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'official_account' and kind = 'followers'
),

renamed as (
    select
        {{ json_text('appid') }} as appid,
        {{ json_time('pulled_at') }} as pulled_at,
        {{ json_integer('user_info_list,subscribe') }} = 1 as is_following,
        to_timestamp({{ json_integer('user_info_list,subscribe_time') }}) as followed_at,
        {{ json_text('user_info_list,subscribe_scene') }} as follow_scene,
        {{ json_text('user_info_list,qr_scene_str') }} as follow_code,
        {{ envelope() }}
    from source
)

select * from renamed
