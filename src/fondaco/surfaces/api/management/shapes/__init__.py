"""Bodies in and out, by noun. Ids are 32 hex digits, but for accounts and users, which have 24."""
