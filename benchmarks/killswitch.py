"""From the click on the kill switch to the last call that was accepted, with an app in 100,000 accounts."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

import httpx

from benchmarks.context import Context, House
from benchmarks.rounds import Comparison, constant

BUDGET_SECONDS = 60.0
INSTALLATIONS = 100_000
CALLERS = 4
_AFTER_THE_LAST = 5.0  # seconds of refusals only, before a call counts as the last one
_SUPPORT = "jon@fondaco.example"


class Hammer:
    """Programs that call the wire without a pause; ``last_accepted`` is when a call began that was let in."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._headers = f"{url}/account", {"Authorization": f"Bearer {token}"}
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(CALLERS)]
        self.last_accepted = 0.0
        self.accepted = self.refused = 0

    def start(self) -> None:
        for thread in self._threads:
            thread.start()
        while self.accepted < CALLERS:
            time.sleep(0.01)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        with httpx.Client(trust_env=False, timeout=30) as client:
            while not self._stop.is_set():
                status = client.get(self._url, headers=self._headers).status_code
                if status == 200:
                    self.accepted += 1
                    self.last_accepted = time.monotonic()  # when the answer was here: the later of the two moments
                elif status == 401:
                    self.refused += 1
                else:
                    time.sleep(0.1)  # more than ten a second; neither let in nor kept out


def bench(context: Context) -> Iterator[Comparison]:
    """One app for the warm-up and one for the round: what is cut off stays so."""
    house = context.house()
    worlds = json.loads(house.run("benchmarks.killswitch_world", str(INSTALLATIONS)))
    if len(worlds) < 2:
        raise RuntimeError("the demo has not two apps that may read the account")
    staff = house.token(_SUPPORT)
    yield Comparison(
        peer=f"60s:{INSTALLATIONS}-installations",
        unit="s, click to last accepted call",
        better="lower",
        goal=1.0,
        rounds=1,
        ours=lambda: cut_off(house, staff, worlds.pop()),
        theirs=constant(BUDGET_SECONDS),
    )


def cut_off(house: House, staff: str, world: dict[str, str]) -> float:
    """Seconds from the click to the last call that was accepted; a token is refused after it, and none is given."""
    headers = {"Authorization": f"Bearer {staff}"}
    here = f"{house.url}/api/v1/operator/access/app/{world['app_id']}"
    reach = httpx.get(here, headers=headers, trust_env=False, timeout=60)
    if reach.json()["installations"] != INSTALLATIONS:
        raise RuntimeError(f"the preview says {reach.text}")
    hammer = Hammer(house.url, world["token"])
    hammer.start()
    click = time.monotonic()
    done = httpx.post(
        f"{here}/cut-off",
        json={"reason": "It is measured.", "confirmation": world["name"]},
        headers=headers,
        trust_env=False,
        timeout=60,
    )
    done.raise_for_status()
    while time.monotonic() < max(click, hammer.last_accepted) + _AFTER_THE_LAST:
        time.sleep(0.05)
    hammer.stop()
    form = {"grant_type": "client_credentials"}
    login = (world["client_id"], world["client_secret"])
    refused = httpx.post(world["token_url"], data=form, auth=login, trust_env=False, timeout=30)
    if refused.status_code != 401 or not hammer.refused:
        raise RuntimeError(f"a token was given all the same: {refused.status_code}, {hammer.refused} refusals")
    return max(0.0, hammer.last_accepted - click)
