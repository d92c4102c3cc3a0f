-- Grain: one openid that an account migration replaced.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'official_account' and kind = 'openid_changes'
),

renamed as (
    select
        {{ json_text('appid') }} as appid,
        {{ json_text('requested,from_appid') }} as from_appid,
        {{ json_text('result_list,ori_openid') }} as old_openid,
        {{ json_text('result_list,new_openid') }} as new_openid,
        {{ envelope() }}
    from source
)

select * from renamed
