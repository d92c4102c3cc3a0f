-- Grain: reachable known person × live offer that is not in next_best_offer.
-- Both ends of the interval are anchors: what began the reason and what ends it, never the day of the run.
with final as (
    select
        decision.profile_id,
        decision.offer_id,
        reason.stage,
        decision.reason_code,
        reason.text_zh as reason_zh,
        reason.text_en as reason_en,
        case reason.stage
            when 'policy' then decision.paused_from
            when 'consent' then coalesce(decision.consent_decided_at, decision.start_at)
            else decision.start_at
        end as valid_from,
        case reason.stage
            when 'policy' then decision.paused_until
            when 'suitable' then decision.suitable_from
            else decision.end_at
        end as valid_to
    from {{ ref('int_offer_decision') }} as decision
    inner join {{ ref('reason') }} as reason on decision.reason_code = reason.reason_code
)

select * from final
