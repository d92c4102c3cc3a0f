#!/bin/sh
# Run once by the postgres image on an empty volume: the two logins and their databases. Neither is a superuser.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set warehouse_password="$C360_WAREHOUSE_PASSWORD" --set airflow_password="$C360_AIRFLOW_PASSWORD" <<'SQL'
create role c360_admin login createrole createdb password :'warehouse_password';
create database customer360 owner c360_admin;
create role airflow login password :'airflow_password';
create database airflow owner airflow;
SQL
