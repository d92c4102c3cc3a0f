-- Grain: one change of a member's tier.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'tiers'
),

renamed as (
    select
        {{ json_text('member_id') }} as member_id,
        {{ json_time('changed_at') }} as changed_at,
        {{ json_text('from_tier') }} as from_tier,
        {{ json_text('to_tier') }} as to_tier,
        {{ json_text('rule') }} as rule,
        {{ json_time('valid_to') }} as valid_to,
        {{ envelope() }}
    from source
)

select * from renamed
