"""One DAG for every source that a deployment added by a contract alone.

It runs like the others, at a quarter to one at night in Shanghai. A source that needs another time
gets a file of its own, `dags/ingest_<source>.py`.
"""

from dags.ingest_source import ingest_dag
from pipeline.sources import sources_without
from settings import load_settings

# Airflow reads a file when it names both "airflow" and "dag".
for source in sources_without(load_settings(), __file__, "ingest_{}.py"):
    name = f"ingest_{source}"
    doc = f"# {name}: what {source} delivered.\n\nIts contract says which kinds it has.\n"
    globals()[name] = ingest_dag(source, cron="45 0 * * *", doc_md=doc)
