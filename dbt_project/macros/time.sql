{#
What differs from run to run comes from the environment and only when a statement is really run: a var that changes,
or a variable read while parsing, would make dbt parse the whole project again for each layer of each run.
#}
{% macro run_value(name, default) -%} {{ return(env_var(name, default) if execute else default) }} {%- endmacro %}

{# The run of the chain whose loads are taken. #}
{% macro run_id() -%} {{ run_value('C360_DBT_RUN_ID', '0') | int }} {%- endmacro %}

{# The newest closed day, the one that is being published. #}
{% macro as_of() -%} date '{{ run_value("C360_DBT_AS_OF", "2000-01-01") }}' {%- endmacro %}

{# The end of the last whole week: as_of itself where that is a Sunday. #}
{% macro last_sunday() -%} (date_trunc('week', {{ as_of() }} + 1)::date - 1) {%- endmacro %}

{# The first moment that does not count any more: midnight in Asia/Shanghai after as_of. #}
{% macro as_of_end() -%} (({{ as_of() }} + 1)::timestamp at time zone 'Asia/Shanghai') {%- endmacro %}

{# The calendar day of a moment in Asia/Shanghai. #}
{% macro local_date(moment) -%} ({{ moment }} at time zone 'Asia/Shanghai')::date {%- endmacro %}

{# Midnight in Asia/Shanghai at the start of a day. #}
{% macro local_midnight(day) -%} (({{ day }})::timestamp at time zone 'Asia/Shanghai') {%- endmacro %}
