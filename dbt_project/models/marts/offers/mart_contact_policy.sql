-- Grain: one contact rule, as long as it holds.
{{ config(alias='contact_policy') }}

with final as (
    select
        policy_id,
        channel,
        kind,
        is_hard,
        window_hours,
        max_count,
        reserve_price_fen,
        reason_code,
        valid_from,
        valid_to,
        text_zh,
        text_en
    from {{ ref('contact_policy') }}
)

select * from final
