"""Names that both environments use: ours, which has the settings, and Superset's, which has not."""

ADMIN = "admin"
DATABASE_VARIABLE = "C360_BI_DATABASE_URI"
PASSWORD_VARIABLE = "C360_SUPERSET_ADMIN_PASSWORD"  # noqa: S105 - the name of a variable
