"""The first ``fondaco.toml`` of an app that is in no house yet."""

from __future__ import annotations

import re
from typing import Final

from fondaco.cli.manifest.writing import quote

_NOT_SLUG: Final = re.compile(r"[^a-z0-9]+")
_SHORTEST: Final = 3

_TEXT: Final = """\
#:schema {schema}
# This app as code. Fill in what is here, then:
#   fondaco app check --offline   looks whether this file is right, without a house
#   fondaco app diff              shows what a push would change
#   fondaco app push              brings the house to what is written here
# A part that you leave out stays as it is in the house. Paths are relative to this file and stay inside its folder.

# The app itself: what stays the same from version to version. It is found by its slug.
[app]
slug = {slug}
name = {name}
icon = "icon.png"  # a square PNG or JPEG, 256 to 1024 pixels, or an SVG
website = ""

# Whom the platform writes to, and about what.
[app.contacts]
technical = ""
support = ""
billing = ""
security = ""

# The version that this file describes. When it is published, change the name: a push begins the next one.
[version]
name = "1.0.0"

# How the platform and the app talk to each other: reviewed on the technical track.
[technical]
events_callback_url = ""  # where events are sent
standalone_url = ""       # where people land when they launch the app
redirect_urls = []        # where single sign-on may return to, exactly
release_notes = ""
test_instructions = ""    # for reviewers: how to try the app
# test_credentials_env = "TEST_CREDENTIALS"  # the variable that holds a log-in for reviewers; never the log-in itself

# What the app may do. Whatever changes data needs a reason, which customers read.
# [[technical.scopes]]
# name = "contacts:write"
# reason = "to add the customer number after a payment"
# What it reads with them goes into [technical], above: data_fields = ["contact.name", "contact.phones"]

# What customers read in the marketplace: reviewed on the listing track.
[listing]
display_name = {name}
summary = ""              # one sentence
description = ""          # Markdown; or description_file = "listing.md"
categories = []           # one to three
support_email = ""
privacy_url = ""
terms_url = ""

# [[listing.screenshots]]
# path = "pictures/overview.png"
# alternative_text = "An open invoice beside a call"

# Paid plans. The trial of 30 days is always there. Amounts are text, so that nothing is rounded.
# [[plans]]
# name = "Team"
# price = "18.00"           # a month
# model = "per_seat"        # or per_account
# min_licences = 1
#
# [plans.meter]             # what is counted besides licences
# unit = "transcribed minute"
# price = "0.0125"
# included = 500
# cap = "100.00"            # usage never costs more than this in a month
"""


def make_template(folder_name: str, *, schema: str) -> str:
    """For an app that is called as its folder."""
    slug = _NOT_SLUG.sub("-", folder_name.lower()).strip("-")[:50].strip("-")
    slug = slug if len(slug) >= _SHORTEST else f"{slug or 'my'}-app"
    name = slug.replace("-", " ").capitalize()
    return _TEXT.format(schema=schema, slug=quote(slug), name=quote(name))
