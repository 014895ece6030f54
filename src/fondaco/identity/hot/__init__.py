"""The well-trodden ways of the machine endpoints, in one statement each.

Everything here either gives the very answer that ``identity.protocol`` would give, or None: then nothing has happened,
and the caller hands the request to Django, which alone refuses. What a client may do is read with each request; nothing
about clients or tokens is remembered. ``docs/adr/0021-a-shim-for-machines.md`` says why there are two ways.
"""
