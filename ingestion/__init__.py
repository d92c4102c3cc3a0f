"""A source's file becomes raw rows or quarantined rows; what a file holds is data, a contract.

landing.py    which files are ready          readers.py    a file to JSON texts, any format
contract.py   what a kind holds              json_checks.py, record_query.py, records.py
window.py     all files of a source's days                 texts to typed, identified records
file_load.py  one file, one transaction      quarantine.py what to do with lines that failed
"""
