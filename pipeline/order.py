"""The order of the chain's stages, apart from the stages so that reading a DAG imports nothing."""

STAGE_ORDER = (
    "check_raw",
    "resolve_identities",
    "check_identity",
    "build_staging",
    "build_marts",
    "build_offers",
    "check_publish",
    "publish",
)

FROM_THE_START = frozenset({"build_staging"})
"""Stages that need none of those before them: they may run beside them, before `build_marts`."""
