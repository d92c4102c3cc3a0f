{# EV = C·L·(P·(V − redemption cost) − P0·V) − send cost − stock price − slot price, in fen. P0 and both prices are 0 so far. #}
{% macro expected_value_fen() -%}
    round(context_weight * lever * p_convert * (value_fen - redemption_cost_fen) - send_cost_fen, 2)
{%- endmacro %}
