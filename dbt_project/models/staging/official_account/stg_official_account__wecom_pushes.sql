-- Grain: one push of WeCom about a customer or a group of them.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'official_account' and kind = 'wecom_pushes'
),

renamed as (
    select
        {{ json_text('ToUserName') }} as corp_id,
        lower({{ json_text('Event') }}) as event_name,
        lower({{ json_text('ChangeType') }}) as change_type,
        {{ json_text('ExternalUserID') }} as external_userid,
        {{ json_text('UserID') }} as staff_id,
        {{ json_text('State') }} as channel_state,
        {{ envelope() }}
    from source
)

select * from renamed
