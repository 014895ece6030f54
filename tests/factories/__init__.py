"""Plain functions that make rows for tests, and the small cast that tests read by name.

Ledgerline GmbH is a partner (Mara Lind owns it), Harbour Bank a customer (Ada Adler administers it), Jon Okafor
reviews for the platform. Every function makes what it needs and takes keyword overrides.
"""
