{# The model that may be used, as the step `learn` kept it; none: everybody responds alike. #}
{% macro response_model() -%} {{ return(fromjson(run_value('C360_DBT_RESPONSE_MODEL', '{}'))) }} {%- endmacro %}

{#
How much likelier than the mean person this one orders after a message, .1 to 10: the logistic model's probability by its mean.
Without a model, without a portrait and for who opted out of personalisation: 1.
#}
{% macro response_factor(portrait, has_opted_out) -%}
    {% set model = response_model() -%}
    {% if model -%}
    case
            when {{ has_opted_out }} or {{ portrait }}.profile_id is null then 1
            else round(least(10, greatest(0.1, 1 / (1 + exp(-greatest(-30, least(30, {{ model.intercept }}
                {%- for feature in model.features %}
                {%- set centre, scale, coefficient = model.terms[loop.index0] %}
                + {{ coefficient }}::float8 * (coalesce({{ portrait }}.{{ feature }}, 0)::float8 - {{ centre }}) / {{ scale }}
                {%- endfor %}
            )))) / {{ model.mean_predicted }}))::numeric, 4)
        end
    {%- else -%}
    1
    {%- endif %}
{%- endmacro %}

{# The version of that model as a literal. #}
{% macro model_version() -%}
    {% set model = response_model() -%}
    {{ "'" ~ model.model_version ~ "'" if model else 'null' }}::text
{%- endmacro %}
