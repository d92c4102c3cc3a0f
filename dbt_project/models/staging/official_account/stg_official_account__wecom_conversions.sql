-- Grain: one conversion of a unionid to a WeCom customer.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'official_account' and kind = 'wecom_conversions'
),

renamed as (
    select
        {{ json_text('appid') }} as corp_id,
        {{ json_text('requested,unionid') }} as unionid,
        coalesce(
            {{ json_text('reply,external_userid') }},
            {{ json_text('requested,external_userid') }}
        ) as external_userid,
        {{ json_text('reply,pending_id') }} as pending_id,
        {{ json_time('pulled_at') }} as converted_at,
        {{ envelope() }}
    from source
)

select * from renamed
