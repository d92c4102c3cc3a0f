-- Grain: one state of a member.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'members'
),

renamed as (
    select
        {{ json_text('member_id') }} as member_id,
        {{ json_time('updated_at') }} as updated_at,
        {{ json_time('registered_at') }} as registered_at,
        {{ json_text('status') }} as status,
        {{ json_time('closed_at') }} as closed_at,
        {{ json_date('birth_date') }} as birth_date,
        {{ json_text('gender') }} as gender,
        {{ json_text('home_store') }} as home_store,
        {{ json_text('guide_id') }} as guide_id,
        {{ json_boolean('guardian_consent') }} as has_guardian_consent,
        {{ json_text('tier') }} as tier,
        {{ json_boolean('is_phone_verified') }} as is_phone_verified,
        {{ envelope() }}
    from source
)

select * from renamed
