-- Grain: known person × rank. Only what may be sent; rank 0 is the offer that is the same for everybody.
with candidates as (
    select
        *,
        array_remove(array[
            case when has_opted_out then 'generic' end,
            case when affinity_line_count > 0 and affinity_lift > 1 then 'bought_category' end,
            case when redemption_lift > 1 then 'redeems_coupons' end,
            case when not has_opted_out and abs(next_due_date - {{ as_of() }}) <= 7 then 'due_soon' end,
            case when not has_opted_out and lifecycle_stage in ('dormant', 'lost') then 'winback' end,
            case when not has_opted_out and lifecycle_stage = 'prospect' then 'first_order' end
        ], null) as found_reasons
    from {{ ref('int_offer_decision') }}
    where reason_code is null
),

explained as (
    select
        *,
        case when cardinality(found_reasons) = 0 then array['popular'] else found_reasons end as reason_codes
    from candidates
),

policies as (
    select array_agg(rule_id order by rule_id) as policy_ids
    from {{ ref('contact_rule') }}
),

final as (
    select
        explained.profile_id,
        explained.rank,
        explained.offer_id,
        explained.channel,
        explained.account_id,
        explained.template_id,
        explained.start_at + contact_channel.quiet_until as send_after,
        explained.end_at - interval '1 day' + contact_channel.quiet_from as send_before,
        explained.p_convert::numeric(8, 6) as p_convert,
        null::numeric(8, 6) as p_untreated,
        explained.value_fen,
        explained.redemption_cost_fen,
        explained.send_cost_fen,
        explained.context_weight::numeric(4, 2) as context_weight,
        explained.lever::numeric(4, 2) as lever,
        0::numeric(14, 2) as stock_price_fen,
        0::numeric(14, 2) as slot_price_fen,
        explained.expected_value_fen::numeric(14, 2) as expected_value_fen,
        true as is_allocated,
        explained.reason_codes,
        texts.reason_zh,
        texts.reason_en,
        policies.policy_ids,
        'treat'::text as arm,
        1::numeric(8, 6) as p_logged,
        null::text as model_version,
        explained.start_at as valid_from,
        explained.end_at as valid_to
    from explained
    inner join {{ ref('contact_channel') }} as contact_channel on explained.channel = contact_channel.channel
    cross join policies
    cross join lateral (
        select
            string_agg(reason.text_zh, '；' order by code.ordinality) as reason_zh,
            string_agg(reason.text_en, '; ' order by code.ordinality) as reason_en
        from unnest(explained.reason_codes) with ordinality as code (reason_code, ordinality)
        inner join {{ ref('reason') }} as reason on code.reason_code = reason.reason_code
    ) as texts
)

select * from final
