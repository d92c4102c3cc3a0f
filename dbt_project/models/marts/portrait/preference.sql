-- Grain: known person of 14 years or more × dimension × value: the five likeliest values of each dimension.
with final as (
    select
        preference.profile_id,
        preference.dimension,
        preference.value,
        preference.n,
        preference.weight_millionths,
        preference.share::numeric(4, 2) as share,
        preference.preference_rank::smallint as rank,
        preference.margin::numeric(4, 2) as margin,
        preference.dimension_n as support_count,
        preference.last_date
    from {{ ref('int_preference') }} as preference
    inner join {{ ref('portrait') }} as portrait on preference.profile_id = portrait.profile_id
    where preference.preference_rank <= 5
)

select * from final
