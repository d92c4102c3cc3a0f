{# One count for each verb that marts look at: `<verb>_count`. #}
{% macro verb_counts(verb) -%}
    {% for counted in ['launch', 'product_view', 'search', 'cart_add', 'share'] -%}
    count(*) filter (where {{ verb }} = '{{ counted }}') as {{ counted }}_count
    {%- if not loop.last %},
    {% endif -%}
    {% endfor -%}
{%- endmacro %}

{# A person is there: not what the brand sent, not what ends a visit. #}
{% macro is_visit(verb) -%}
    {{ verb }} in (
        'launch', 'show', 'page_view', 'product_view', 'search', 'cart_add', 'checkout_start', 'order_paid', 'login_wall', 'share',
        'coupon_claim', 'click', 'sign_in', 'push_tapped', 'follow', 'menu_click', 'message'
    )
{%- endmacro %}

{# The door of a visit: of a scene code nobody knows yet it is `other`, without a code there is none. #}
{% macro scene_group(scene_code) -%}
    case when {{ scene_code }} is null then 'none' else coalesce(scene.scene_group, 'other') end
{%- endmacro %}
