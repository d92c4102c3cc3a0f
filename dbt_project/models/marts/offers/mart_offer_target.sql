-- Grain: offer × what it covers.
{{ config(alias='offer_target') }}

with final as (
    select
        offer_id,
        case when category is null then 'product' else 'category' end as target_kind,
        coalesce(category, product_id) as target
    from {{ ref('offer_target') }}
)

select * from final
