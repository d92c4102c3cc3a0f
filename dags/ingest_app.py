"""# ingest_app: what the app delivered.

Events of the app (install, open, views, orders, logins) and logins through WeChat. Landing kinds:
`events`, `logins`. Phones send late, often by days: late files are normal here.
"""

from dags.ingest_source import ingest_dag

# Airflow reads a file when it names both "airflow" and "dag".
dag = ingest_dag("app", cron="30 0 * * *", doc_md=__doc__)
