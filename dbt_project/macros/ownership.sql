{# Whether `map`, a row of int_actor_profile, is of the time at which the fact happened. #}
{% macro owned_at(at, map='map') %}
    {{ at }} >= {{ map }}.owned_from and {{ at }} < {{ map }}.owned_to
{% endmacro %}
