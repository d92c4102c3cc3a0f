-- Grain: one rule of an offer (offer_id, stage, rule_number).
{{ config(alias='offer_rule') }}

with final as (
    select
        offer_id,
        stage,
        rule_number,
        reason_code,
        predicate
    from {{ ref('offer_rule') }}
)

select * from final
