{# EV = C·L·(P·(V − redemption cost) − P0·V) − send cost − stock price − slot price, in fen. P0 is null where no uplift is known. #}
{% macro expected_value_fen(
    p_convert='p_convert', send_cost='send_cost_fen', stock_price='stock_price_fen', slot_price='slot_price_fen',
    context_weight='context_weight', p_untreated='coalesce(p_untreated, 0)'
) -%}
    round(
        {{ context_weight }} * lever * ({{ p_convert }} * (value_fen - redemption_cost_fen) - {{ p_untreated }} * value_fen)
        - {{ send_cost }} - {{ stock_price }} - {{ slot_price }}, 2
    )
{%- endmacro %}
