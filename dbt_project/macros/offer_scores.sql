{# The channels of seed contact_channel; bit `loop.index0` of a set of routes, but mp_subscribe has a bit for each template. #}
{% macro offer_channels() -%} {{ return(['mp_subscribe', 'official_account', 'push', 'email', 'sms', 'wecom']) }} {%- endmacro %}

{# A number in [0, 1) that depends on the salt, the subject and nothing else. #}
{% macro drawn(salt, subject) -%}
    (('x' || left(md5('{{ var("experiment_salt") }}:' || {{ salt }} || ':' || {{ subject }}), 8))::bit(32)::bigint / 4294967296.0)
{%- endmacro %}

{# Monday of the week of the decided day: what is drawn anew each week. #}
{% macro decided_week() -%} date_trunc('week', {{ as_of() }} + 1)::date {%- endmacro %}

{#
How much likelier than the mean offer the person takes this one: own baskets with a covered product, more for who
redeemed it before; how many buyers ever bought a covered product breaks ties. Offers without products: 1.
#}
{% macro offer_lift(affinity, popularity, order_count) -%}
    case
        when {{ popularity }} is null then 1 + 0.3 * ln((1 + coalesce({{ affinity }}.redemption_count, 0))::numeric)
        else (
            coalesce({{ affinity }}.basket_count, 0) * (1 + 0.3 * ln((1 + coalesce({{ affinity }}.redemption_count, 0))::numeric))
            + {{ popularity }}
        ) / ({{ order_count }} + 1) / {{ popularity | replace('popularity', 'mean_popularity') }}
    end
{%- endmacro %}

{# A row a channel: name, number, probability of a conversion, cost of a message, reserve price of the slot it takes. #}
{% macro route_values(tariff, lifted) -%}
    values
    {% for channel in offer_channels() -%}
    (
        '{{ channel }}', {{ loop.index0 }}, {{ probability(tariff ~ '.' ~ channel ~ '_rate * ' ~ lifted ~ '.lift * ' ~ lifted ~ '.response_factor') }},
        {{ tariff }}.{{ channel }}_cost,
        round({{ tariff }}.{{ channel }}_reserve
            {%- if channel == 'official_account' %} / greatest({{ lifted }}.official_account_slots, 1)::numeric{% endif %}, 2)
    ){% if not loop.last %},{% endif %}
    {% endfor %}
{%- endmacro %}
