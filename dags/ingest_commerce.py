"""# ingest_commerce: what the commerce delivered.

Members, products, orders, lines, payments, refunds, coupons, points, tiers, referrals, consents and
contacts. A record that changes is sent again with its new state; every state is kept. Consents and
contacts decide whom offers may reach: when this DAG fails, repair it before the next campaign.
"""

from dags.ingest_source import ingest_dag

# Airflow reads a file when it names both "airflow" and "dag".
dag = ingest_dag("commerce", cron="40 0 * * *", doc_md=__doc__)
