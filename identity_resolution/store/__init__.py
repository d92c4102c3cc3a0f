"""Identity resolution in the warehouse: the only code here that reads and writes tables."""

from identity_resolution.store.explain import explain_identifiers
from identity_resolution.store.resolve import IdentityCounts, deployed_rules, run
from identity_resolution.store.score import evaluate_warehouse

__all__ = [
    "IdentityCounts",
    "deployed_rules",
    "evaluate_warehouse",
    "explain_identifiers",
    "run",
]
