-- Grain: one event in the life of a coupon.
{{ config(
    materialized='incremental',
    unique_key=['coupon_code', 'event_name', 'event_at'],
    indexes=[{'columns': ['coupon_code', 'event_name', 'event_at'], 'unique': true}],
) }}

{{ newest(ref('stg_commerce__coupons'), ['coupon_code', 'event_name', 'event_at']) }}
