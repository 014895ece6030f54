"""A pair of PKCE, as every test that needs one has it."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

VERIFIER: Final = "v" * 43
CHALLENGE: Final = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
WITH_CHALLENGE: Final = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
