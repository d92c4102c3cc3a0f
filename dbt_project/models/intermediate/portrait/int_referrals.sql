-- Grain: one invitation in its newest state.
{{ config(
    materialized='incremental',
    unique_key=['referral_id'],
    indexes=[{'columns': ['referral_id'], 'unique': true}],
) }}

{{ newest(ref('stg_commerce__referrals'), ['referral_id']) }}
