"""The only code that talks to PostgreSQL: server, schema, locks, ledger, publishing."""
