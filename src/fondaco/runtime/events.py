"""Facts about the deployment itself."""

from fondaco.audit.kinds import declare

DEMO_SEEDED = declare("demo.seeded", "The demo data was made.")
