#!/bin/sh
# Run before every start: warehouse migrations, Airflow's own tables, the one user of Airflow's page.
set -eu
c360 up --no-airflow
airflow db migrate
umask 077
python - <<'PYTHON'
import json
import os
from pathlib import Path

path = Path(os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
path.write_text(json.dumps({"admin": os.environ["C360_AIRFLOW_ADMIN_PASSWORD"]}))
PYTHON
