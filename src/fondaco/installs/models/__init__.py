"""Apps in accounts: installations, the operations that change them, licences, grants and trials."""

from fondaco.installs.models.awaited import AwaitedLicence
from fondaco.installs.models.clearance import Clearance
from fondaco.installs.models.installation import AutoInstallRule, Grant, Installation, Licence
from fondaco.installs.models.operation import Operation
from fondaco.installs.models.trial import Trial

__all__ = ["AutoInstallRule", "AwaitedLicence", "Clearance", "Grant", "Installation", "Licence", "Operation", "Trial"]
