"""The well-trodden ways of the machine endpoints, from memory that the database keeps exact.

Everything here either gives the very answer that ``identity.protocol`` would give, or None: then nothing has happened,
and the caller hands the request to Django, which alone refuses. ``docs/adr/0021-a-shim-for-machines.md`` says why there
are two ways, ``docs/adr/0041-a-process-knows-its-clients.md`` what is remembered and how it is forgotten.
"""
