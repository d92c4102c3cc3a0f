"""# ingest_mini_program: what the WeChat mini-program delivered.

Events of the analytics SDK, logins (openid, unionid), phone authorisations, subscription grants and
privacy revocations. Landing kinds: `events`, `logins`, `phone_authorisations`, `subscriptions`,
`privacy`. A revocation must not wait: when this DAG fails, repair it the same day.
"""

from dags.ingest_source import ingest_dag

# Airflow reads a file when it names both "airflow" and "dag".
dag = ingest_dag("mini_program", cron="20 0 * * *", doc_md=__doc__)
