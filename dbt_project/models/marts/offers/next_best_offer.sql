-- Grain: known person × rank. Only what may be sent; rank 0 is what is the same for everybody.
with candidates as (
    select
        choice.*,
        person.model_version,
        array_remove(array[
            case when choice.rank = 0 then 'generic' end,
            case when choice.arm = 'explore' then 'explore' end,
            case when choice.rank > 0 and choice.basket_count > 0 then 'bought_category' end,
            case when choice.rank > 0 and choice.redemption_count > 0 then 'redeems_coupons' end,
            case when choice.rank > 0 and abs(person.next_due_date - {{ as_of() }}) <= 7 then 'due_soon' end,
            case when choice.rank > 0 and person.lifecycle_stage in ('dormant', 'lost') then 'winback' end,
            case when choice.rank > 0 and person.lifecycle_stage = 'prospect' then 'first_order' end
        ], null) as found_reasons
    from {{ ref('int_offer_choice') }} as choice
    inner join {{ ref('int_offer_person') }} as person on choice.profile_id = person.profile_id
    where choice.rank is not null
),

explained as (
    select
        *,
        case when cardinality(found_reasons) = 0 then array['popular'] else found_reasons end as reason_codes
    from candidates
),

texts as (
    select
        sets.reason_codes,
        string_agg(reason.text_zh, '；' order by code.ordinality) as reason_zh,
        string_agg(reason.text_en, '; ' order by code.ordinality) as reason_en
    from (select distinct reason_codes from explained) as sets
    cross join lateral unnest(sets.reason_codes) with ordinality as code (reason_code, ordinality)
    inner join {{ ref('reason') }} as reason on code.reason_code = reason.reason_code
    group by sets.reason_codes
),

policies as (
    select
        channels.channel,
        array_agg(policy.policy_id order by policy.policy_id) as policy_ids
    from {{ ref('contact_channel') }} as channels
    inner join {{ ref('contact_policy') }} as policy on policy.channel in ('all', channels.channel)
    where
        policy.valid_from <= {{ as_of() }} + 1
        and (policy.valid_to is null or policy.valid_to > {{ as_of() }} + 1)
    group by channels.channel
),

final as (
    select
        explained.profile_id,
        explained.rank,
        explained.offer_id,
        explained.channel,
        contact_channel.account_id,
        case when explained.channel = 'mp_subscribe' then offer.template_id end as template_id,
        offer.start_at + contact_channel.quiet_until as send_after,
        offer.end_at - interval '1 day' + contact_channel.quiet_from as send_before,
        case when explained.rank > 0 then explained.p_convert end::numeric(8, 6) as p_convert,
        explained.p_untreated::numeric(8, 6) as p_untreated,
        explained.value_fen,
        explained.redemption_cost_fen,
        explained.send_cost_fen,
        explained.context_weight::numeric(4, 2) as context_weight,
        explained.lever::numeric(4, 2) as lever,
        case when explained.rank > 0 then explained.stock_price_fen end::numeric(14, 2) as stock_price_fen,
        case when explained.rank > 0 then explained.slot_price_fen end::numeric(14, 2) as slot_price_fen,
        case when explained.rank > 0 then explained.expected_value_fen end::numeric(14, 2)
            as expected_value_fen,
        explained.rank = 0 or explained.has_place as is_allocated,
        explained.reason_codes,
        texts.reason_zh,
        texts.reason_en,
        policies.policy_ids,
        explained.arm,
        explained.p_logged::numeric(8, 6) as p_logged,
        case when explained.rank > 0 then explained.model_version end as model_version,
        offer.start_at as valid_from,
        offer.end_at as valid_to
    from explained
    inner join {{ ref('int_offer_live') }} as offer on explained.offer_id = offer.offer_id
    inner join {{ ref('contact_channel') }} as contact_channel on explained.channel = contact_channel.channel
    inner join policies on explained.channel = policies.channel
    inner join texts on explained.reason_codes = texts.reason_codes
)

select * from final
