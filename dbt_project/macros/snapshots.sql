{# The newest last day of a month that is not after as_of. #}
{% macro month_end() -%} (date_trunc('month', {{ as_of() }} + 1)::date - 1) {%- endmacro %}

{#
What goes: rows of a run that was not published, rows past their retention, and rows of persons who are nowhere any more.
An id that merged away still leads to its person; after an erasure it leads to nobody. Children have no portrait.
#}
{% macro forget_snapshots() -%}
    {% if is_incremental() -%}
    delete from {{ this }} as frozen
    where
        frozen.as_of > coalesce({{ previous_as_of() }}, '-infinity')
        or frozen.month_end < {{ as_of() }} - make_interval(months => {{ var('snapshot_retention_months') }})
        or not (
            exists (
                select
                from {{ ref('int_person') }} as person
                where frozen.profile_id = person.profile_id and not person.is_under_14
            )
            or exists (
                select
                from {{ ref('profile_redirect') }} as redirect
                inner join {{ ref('int_person') }} as person on redirect.profile_id = person.profile_id
                where frozen.profile_id = redirect.old_profile_id and not person.is_under_14
            )
        )
    {%- endif %}
{%- endmacro %}
