"""What WeChat pushes to the brand's server, durably in the landing zone before it is answered.

signature.py   who sent it: signatures, the AES envelope     journal.py    on disk, many at once
push.py        what it says: XML or JSON, one line each      delivery.py   journals to landing files
routing.py     which source and kind it belongs to           intake.py     one request to one push
app.py         the ASGI application
"""
