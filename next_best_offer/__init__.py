"""The Python steps of offers: propensity, allocation, evaluation.

None is switched on in this release: `next_best_offer` is scored by the SQL models of
`dbt_project/models/marts/offers`, which every later step falls back to when it fails or is missing.
"""
