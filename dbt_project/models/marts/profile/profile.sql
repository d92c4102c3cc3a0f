-- Grain: one live profile of kind known or anonymous.
with channels as (
    select
        profile_id,
        {% for channel in ['mp_subscribe', 'official_account', 'wecom', 'sms', 'email', 'push'] -%}
            bool_or(is_reachable) filter (where channel = '{{ channel }}') as reach_{{ channel }},
        {% endfor -%}
        bool_or(is_consented) as has_consent
    from {{ ref('int_person_channels') }}
    group by profile_id
),

delivered as (
    select
        profile_id,
        delivered_at,
        {{ local_date('delivered_at') }} as delivered_on
    from {{ ref('int_person_contacts') }}
    where contact_class = 'marketing' and delivered_at < {{ as_of_end() }}
),

contacts as (
    select
        profile_id,
        max(delivered_at) as last_contact_at,
        (count(*) filter (where delivered_on > {{ as_of() }} - 7))::integer as contacts_7d,
        (count(*) filter (where delivered_on > {{ as_of() }} - 30))::integer as contacts_30d
    from delivered
    group by profile_id
),

final as (
    select
        person.profile_id,
        person.kind,
        person.display_name_masked,
        person.first_seen_at,
        person.last_seen_at,
        person.member_id_count,
        person.openid_count,
        person.phone_count,
        person.email_count,
        person.device_count,
        person.web_cookie_count,
        person.unionid_count > 0 as has_unionid,
        coalesce(channels.reach_mp_subscribe, false) as reach_mp_subscribe,
        coalesce(channels.reach_official_account, false) as reach_official_account,
        coalesce(channels.reach_wecom, false) as reach_wecom,
        coalesce(channels.reach_sms, false) as reach_sms,
        coalesce(channels.reach_email, false) as reach_email,
        coalesce(channels.reach_push, false) as reach_push,
        coalesce(channels.has_consent, false) as consent_marketing,
        person.has_opted_out as personalisation_opt_out,
        person.is_minor,
        person.member_tier,
        person.points_balance,
        case
            when portrait.loyalty_stored_value_fen >= 50000 then 'high'
            when portrait.loyalty_stored_value_fen >= 10000 then 'middle'
            when portrait.loyalty_stored_value_fen > 0 then 'low'
            when portrait.profile_id is not null then 'none'
        end as stored_value_band,
        portrait.life_stage as lifecycle_stage,
        case when not person.is_under_14 then visit_stage.visit_stage end as visit_stage,
        portrait.rfm_segment,
        portrait.value_tier,
        portrait.clv_churn_risk_band as churn_risk_band,
        portrait.clv_12m_fen,
        portrait.life_last_order_at as last_order_at,
        {{ local_midnight('portrait.life_next_due_date') }} as next_due_at,
        portrait.pref_channel,
        portrait.pref_device,
        portrait.pref_category,
        portrait.pref_content,
        portrait.pref_promotion as pref_promo,
        make_time(portrait.contact_window_start_hour, 0, 0) as best_window_start,
        make_time(portrait.contact_window_end_hour, 0, 0) as best_window_end,
        portrait.contact_best_per_week::integer as best_contacts_per_week,
        best.offer_id as nbo_offer_id,
        best.channel as nbo_channel,
        best.expected_value_fen as nbo_expected_value,
        contacts.last_contact_at,
        coalesce(contacts.contacts_7d, 0) as contacts_7d,
        coalesce(contacts.contacts_30d, 0) as contacts_30d
    from {{ ref('int_person') }} as person
    left join {{ ref('portrait') }} as portrait on person.profile_id = portrait.profile_id
    left join {{ ref('int_visit_stage') }} as visit_stage on person.profile_id = visit_stage.profile_id
    left join channels on person.profile_id = channels.profile_id
    left join contacts on person.profile_id = contacts.profile_id
    left join {{ ref('next_best_offer') }} as best
        on person.profile_id = best.profile_id and best.rank = 1
)

select * from final
