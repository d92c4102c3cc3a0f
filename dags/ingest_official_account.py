"""# ingest_official_account: what the WeChat official account delivered.

Follower lists pulled page by page and the pushes that WeChat sends the server (follow, unfollow,
menu, messages). Landing kinds: `followers`, `pushes`. A missing follower list is no unfollow: the
next list closes the gap, pushes alone tell who left.
"""

from dags.ingest_source import ingest_dag

# Airflow reads a file when it names both "airflow" and "dag".
dag = ingest_dag("official_account", cron="25 0 * * *", doc_md=__doc__)
