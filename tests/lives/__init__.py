"""One app in one account, and everybody who does something to it: the parts of a machine of hypothesis.

Everything is really done, on PostgreSQL, and taken back after each example. ``World`` knows how things stand and what
must have stayed so, ``Customer``, ``Partner`` and ``Staff`` do things, ``Laws`` says what must always hold.
"""
