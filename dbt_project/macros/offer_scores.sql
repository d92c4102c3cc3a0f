{# The channels of seed contact_channel; bit `loop.index0` of a set of routes, but mp_subscribe has a bit for each template. #}
{% macro offer_channels() -%} {{ return(['mp_subscribe', 'official_account', 'push', 'email', 'sms', 'wecom']) }} {%- endmacro %}

{# A number in [0, 1) that depends on the salt, the subject and nothing else. #}
{% macro drawn(salt, subject) -%}
    (('x' || left(md5('{{ var("experiment_salt") }}:' || {{ salt }} || ':' || {{ subject }}), 8))::bit(32)::bigint / 4294967296.0)
{%- endmacro %}

{# Monday of the week of the decided day: what is drawn anew each week. #}
{% macro decided_week() -%} ({{ last_sunday() }} + 1) {%- endmacro %}

{# Where in the list, in [0, 1), what the person is tried stands; null but for a share of persons each week. #}
{% macro tried_draw(subject) -%}
    case
            when {{ drawn("'explore:" ~ "' || " ~ decided_week(), subject) }} < {{ var('exploration_share') }}
                then {{ drawn("'pick:" ~ "' || " ~ decided_week(), subject) }}
        end
{%- endmacro %}

{#
How much likelier than the mean offer the person takes this one: own baskets with a covered product, more for who
redeemed it before; how many buyers ever bought a covered product breaks ties. Offers without products: 1.
#}
{% macro offer_lift(affinity, offer, order_count) -%}
    case
        when {{ offer }}.popularity is null then {{ habit(affinity) }}
        else (coalesce({{ affinity }}.basket_count, 0) * {{ habit(affinity) }} + {{ offer }}.popularity)
            / ({{ order_count }} + 1) / {{ offer }}.mean_popularity
    end
{%- endmacro %}

{# A share greater than 0, rounded to its two leading digits. #}
{% macro two_digits(share) -%} round({{ share }}, 1 - floor(log({{ share }}))::integer) {%- endmacro %}

{# 1, more for who redeemed the offer before; few did, and a logarithm of a numeric is dear. #}
{% macro habit(affinity) -%}
    case when {{ affinity }}.redemption_count > 0 then 1 + 0.3 * ln((1 + {{ affinity }}.redemption_count)::numeric) else 1 end
{%- endmacro %}

{# What `tariff` says of the channel of `channel_number`: its `rate`, `cost` or `reserve`. #}
{% macro of_channel(column) -%}
    case channel_number {% for channel in offer_channels() %}when {{ loop.index0 }} then tariff.{{ channel }}_{{ column }} {% endfor %}end
{%- endmacro %}

{# The name of the channel of `channel_number`. #}
{% macro channel_name() -%}
    case channel_number {% for channel in offer_channels() %}when {{ loop.index0 }} then '{{ channel }}' {% endfor %}end
{%- endmacro %}

{# The reserve price of the slot a message takes; the last slot of a month is dearer than the first. #}
{% macro slot_reserve(channel, reserve, slots) -%}
    round(case when {{ channel }} = 'official_account' then {{ reserve }} / greatest({{ slots }}, 1)::numeric else {{ reserve }} end, 2)
{%- endmacro %}

{# A column a channel: the value of the offer by this channel, null when none of its routes is open. #}
{% macro channel_values(tariff, lifted) -%}
    {% for channel in offer_channels() -%}
    case
            when {{ lifted }}.route_bits {{ '>> 8' if loop.first else '& ' ~ 2 ** loop.index0 }} <> 0
                then {{ expected_value_fen(
                    probability(tariff ~ '.' ~ channel ~ '_rate * ' ~ lifted ~ '.lift * ' ~ lifted ~ '.response_factor'),
                    tariff ~ '.' ~ channel ~ '_cost', '0',
                    slot_reserve("'" ~ channel ~ "'", tariff ~ '.' ~ channel ~ '_reserve', lifted ~ '.official_account_slots'),
                    context_weight='1.00', p_untreated='0'
                ) }}
        end as {{ channel }}_value{% if not loop.last %},{% endif %}
    {% endfor %}
{%- endmacro %}

{# The best of those values; who opted out of personalisation gets the first open channel's. #}
{% macro best_value(has_opted_out) -%}
    {%- set columns %}{% for channel in offer_channels() %}{{ channel }}_value{% if not loop.last %}, {% endif %}{% endfor %}{% endset -%}
    case when {{ has_opted_out }} then coalesce({{ columns }}) else greatest({{ columns }}) end
{%- endmacro %}

{# The number of the first channel that has this value. #}
{% macro channel_of_value(value) -%}
    case {{ value }} {% for channel in offer_channels() %}when {{ channel }}_value then {{ loop.index0 }} {% endfor %}end::smallint
{%- endmacro %}
