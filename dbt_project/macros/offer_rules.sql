{# Rules by offer as `next_best_offer.catalogue` compiled them: {offer: [[stage, reason, SQL], …]}. #}
{% macro offer_rules() -%} {{ return(fromjson(run_value('C360_DBT_OFFER_RULES', '{}'))) }} {%- endmacro %}

{# Of each offer with rules, in the order of their names, the first rule that `portrait` breaks as `stage:reason`. #}
{% macro broken_rules() -%}
    array[
        {%- for offer, rules in offer_rules() | dictsort %}
        case
            {%- for stage, reason, predicate in rules %}
            when not coalesce({{ predicate }}, false) then '{{ stage }}:{{ reason }}'
            {%- endfor %}
        end
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    ]::text[]
{%- endmacro %}

{# Where an offer stands among those with rules; null: it has none. #}
{% macro rule_position(offer_id) -%}
    array_position(array[{% for offer, _ in offer_rules() | dictsort %}'{{ offer }}'{% if not loop.last %}, {% endif %}{% endfor %}]::text[], {{ offer_id }})
{%- endmacro %}
