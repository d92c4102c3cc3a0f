-- Grain: one version of an offer (offer_id, valid_from).
with final as (
    select
        offer_id,
        valid_from,
        valid_to,
        name_zh,
        name_en,
        goal,
        kind,
        offer_group,
        value_fen,
        redemption_cost_fen,
        margin_rate,
        stock,
        budget_fen,
        start_date,
        end_date,
        string_to_array(channels, '|') as channels,
        template_id,
        string_to_array(allowed_goals, '|') as allowed_goals,
        is_fallback,
        lever,
        days_after_order,
        holdout_share
    from {{ ref('offer_catalogue') }}
)

select * from final
