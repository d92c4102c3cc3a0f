"""Identity resolution: the identifiers of one person become one profile.

The core (`rules`, `graph`, `links`, `screening`, `clustering`, `ordered_pass`, `anchors`,
`resolution`, `incremental`, `explanation`) is pure: columns in, columns out, no clock and no I/O.
`store` is the one module that reads and writes the warehouse, `file_resolution` the one for files.
"""
