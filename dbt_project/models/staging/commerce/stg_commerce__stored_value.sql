-- Grain: one entry of a member's stored value.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'stored_value'
),

renamed as (
    select
        {{ json_text('entry_id') }} as entry_id,
        {{ json_text('member_id') }} as member_id,
        {{ json_integer('delta_fen') }} as delta_fen,
        {{ json_integer('gift_delta_fen') }} as gift_delta_fen,
        {{ json_integer('balance_after_fen') }} as balance_after_fen,
        {{ json_text('reason') }} as reason,
        {{ json_text('ref_id') }} as ref_id,
        {{ envelope() }}
    from source
)

select * from renamed
