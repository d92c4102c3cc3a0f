"""What WeChat's APIs tell about the brand's accounts, as files of raw replies in the landing zone.

client.py      one call: token, pace, retries, codes   work_file.py   pages that survive a crash
token.py       the access token, one holder at a time  followers.py   follower list and details
statistics.py  which aggregates are due, as data       aggregates.py  pulls them
wecom.py       customers of a WeCom corporation        pull.py        an account's pulls

Nothing here knows Airflow or the database: a pull ends with files, and loading them is ingestion's.
"""
