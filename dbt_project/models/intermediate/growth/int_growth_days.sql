-- Grain: input of the growth marts × day: a fingerprint of that day's rows, and the run that changed it.
-- Whatever the cause (a late file, a merge, a split, an erasure, another grouping of scenes), a day is
-- counted anew if, and only if, its rows are not what they were at the last publishing.
{{ config(
    materialized='incremental',
    unique_key=['input', 'on_date'],
    indexes=[{'columns': ['input', 'on_date'], 'unique': true}],
) }}

with found as (
    {% for input, relation, on_date in growth_inputs() %}
        select
            '{{ input }}'::text as input,
            rows_of_input.{{ on_date }} as on_date, -- noqa: AL09
            sum(hash_record_extended(rows_of_input, 0)) as fingerprint
        from {{ relation }} as rows_of_input
        where rows_of_input.{{ on_date }} is not null
        group by rows_of_input.{{ on_date }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    {% if is_incremental() %}
        select
            coalesce(found.input, known.input) as input,
            coalesce(found.on_date, known.on_date) as on_date,
            found.fingerprint,
            {{ run_id() }}::bigint as changed_run_id
        from found
        full join {{ this }} as known on found.input = known.input and found.on_date = known.on_date
        where found.fingerprint is distinct from known.fingerprint
    {% else %}
        select
            input,
            on_date,
            fingerprint,
            {{ run_id() }}::bigint as changed_run_id
        from found
    {% endif %}
)

select * from final
