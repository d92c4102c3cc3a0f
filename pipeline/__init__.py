"""The steps of the jobs, in the order they run: what an Airflow task or the command line calls.

Arguments and results are small JSON values, because they travel through Airflow. Heavy libraries
are imported inside the steps, so that reading a DAG stays fast.
"""
