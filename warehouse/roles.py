"""The database roles: one for each kind of work, and two that people log in with.

Roles belong to the whole server, so bootstrap makes the missing ones; what each may do is written
in the migrations.
"""

OWNER = "c360_owner"
STEP_ROLES = (
    "c360_migrate",
    "c360_ingest",
    "c360_identity",
    "c360_transform",
    "c360_offers",
    "c360_publish",
    "c360_export",
    "c360_privacy",
)
READER_ROLES = ("c360_marketer", "c360_bi")
ALL_ROLES = (OWNER, *STEP_ROLES, *READER_ROLES)

# `c360_migrate` may do whatever the owner may. The owner belongs to `c360_transform` so that
# migrations can say who reads the tables that dbt will make.
MEMBERSHIPS = ((OWNER, "c360_migrate"), ("c360_transform", OWNER))
