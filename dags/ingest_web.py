"""# ingest_web: what the web site delivered.

Page and track events with cookie ids and campaign tags, and logins through WeChat. Landing kinds:
`events`, `oauth_logins`. Logins of WeChat's anonymous snapshot users load without identities.
"""

from dags.ingest_source import ingest_dag

# Airflow reads a file when it names both "airflow" and "dag".
dag = ingest_dag("web", cron="35 0 * * *", doc_md=__doc__)
