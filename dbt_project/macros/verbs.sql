{# What people do. `int_activity` counts each of them. #}
{% macro counted_verbs() -%}
    {{ return([
        'launch', 'page_view', 'product_view', 'search', 'cart_add', 'checkout_start', 'order_paid', 'login_wall', 'share',
        'coupon_claim', 'message', 'menu_click'
    ]) }}
{%- endmacro %}

{# A person is there: not what the brand sent, not what ends a visit. #}
{% macro is_visit(verb) -%}
    {{ verb }} in (
        'launch', 'show', 'page_view', 'product_view', 'search', 'cart_add', 'checkout_start', 'order_paid', 'login_wall', 'share',
        'coupon_claim', 'click', 'sign_in', 'push_tapped', 'follow', 'menu_click', 'message'
    )
{%- endmacro %}
