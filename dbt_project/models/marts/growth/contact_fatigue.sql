-- Grain: channel × how many messages the person had in the seven days before (0, 1, 2, 3+).
-- Rates are shrunk to the channel's own; a band is tired when fewer than half as many answer as of
-- the rested.
with counted as (
    select
        channel,
        contacts_before,
        sum(sent_count)::integer as sent_count,
        sum(opened_count)::integer as opened_count,
        sum(rejected_count)::integer as rejected_count
    from {{ ref('contact_frequency_daily') }}
    group by channel, contacts_before
),

shrunk as (
    select
        *,
        round(
            (opened_count + 100.0 * sum(opened_count) over one_channel / sum(sent_count) over one_channel)
            / (sent_count + 100),
            4
        )::numeric(5, 4) as response_rate
    from counted
    window one_channel as (partition by channel)
),

compared as (
    select
        *,
        coalesce(
            2 * response_rate
            < max(response_rate) filter (where contacts_before = '0') over (partition by channel),
            false
        ) as is_fatigued
    from shrunk
),

final as (
    select
        channel,
        contacts_before,
        sent_count,
        opened_count,
        rejected_count,
        response_rate,
        is_fatigued,
        coalesce(
            min(left(contacts_before, 1)::integer) filter (where is_fatigued) over (partition by channel), 4
        ) as best_contacts_per_week
    from compared
)

select * from final
