-- Grain: known person who got a marketing message: who opens or clicks after how many in the week before.
-- Rates are shrunk to the population's at the same count. Contacts are worth it up to the last count at
-- which the person still answers at least half as often as with none before; fatigued is who gets more.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

with messages as (
    select
        contacts.profile_id,
        contacts.delivered_at,
        (coalesce(contacts.opened_at, contacts.clicked_at) < {{ as_of_end() }})::integer as is_answered,
        least(3, count(*) over (
            partition by contacts.profile_id
            order by contacts.delivered_at
            range between interval '7 days' preceding and current row
        ) - 1) as before_count
    from {{ ref('int_person_contacts') }} as contacts
    where
        contacts.contact_class = 'marketing'
        and contacts.delivered_at < {{ as_of_end() }}
        and contacts.delivered_at >= {{ local_midnight(as_of() ~ ' - 364') }}
),

population as (
    select
        before.before_count,
        round(
            (coalesce(sum(messages.is_answered), 0) + 1)::numeric / (count(messages.profile_id) + 10), 4
        ) as rate
    from generate_series(0, 3) as before (before_count)
    left join messages on before.before_count = messages.before_count
    group by before.before_count
),

own as (
    select
        profile_id,
        before_count,
        count(*) as n,
        coalesce(sum(is_answered), 0) as answered,
        count(*) filter (where delivered_at >= {{ local_midnight(as_of() ~ ' - 6') }}) as last_week
    from messages
    group by profile_id, before_count
),

receivers as (
    select distinct profile_id
    from own
),

rates as (
    select
        persons.profile_id,
        population.before_count,
        coalesce(own.n, 0) as n,
        coalesce(own.answered, 0) as answered,
        coalesce(own.last_week, 0) as last_week,
        (coalesce(own.answered, 0) + {{ var('shrinkage_weight') }} * population.rate)
        / (coalesce(own.n, 0) + {{ var('shrinkage_weight') }}) as rate
    from receivers as persons
    cross join population
    left join own
        on persons.profile_id = own.profile_id and population.before_count = own.before_count
),

persons as (
    select
        profile_id,
        sum(n) as delivered_count,
        sum(answered) as response_count,
        sum(last_week) as last_week_count,
        1 + coalesce(
            min(before_count) filter (where rate < 0.5 * first_rate and before_count > 0) - 1, 3
        ) as best_contacts_per_week
    from (
        select
            *,
            max(rate) filter (where before_count = 0) over (partition by profile_id) as first_rate
        from rates
    ) as compared
    group by profile_id
),

final as (
    select
        persons.profile_id,
        persons.best_contacts_per_week,
        persons.last_week_count > persons.best_contacts_per_week as is_fatigued,
        persons.delivered_count,
        persons.response_count,
        round(persons.response_count / persons.delivered_count, 2) as response_rate
    from persons
    inner join {{ ref('int_person') }} as person
        on persons.profile_id = person.profile_id and person.kind = 'known'
)

select * from final
