"""Identity resolution: the identifiers of one person become one profile.

Pure: columns in, columns out, no clock and no I/O. The page beside this file names the laws and the
function that keeps each.
"""
