"""The commands of the guide *Apps as code*, run by a shell as they stand there; the job by a partner's client."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings
from tests.factories.identity import make_portal_client
from tests.factories.jobs import run_jobs
from tests.http.cli.conftest import Project

from fondaco.audit.models import Event
from fondaco.identity.client_fields import ClientFields
from fondaco.identity.issuer import token_url
from fondaco.identity.machines import PERMISSIONS
from fondaco.review.models import Submission

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
GUIDE = (ROOT / "docs" / "guide" / "apps-as-code.md").read_text(encoding="utf-8")


def run(command: str, project: Project, **environment: str) -> str:
    """What a pasted command prints, while a worker does what waits in the queue."""
    surroundings = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "HOME": str(project.folder),
        "NO_PROXY": "*",
        "FONDACO_URL": project.house,
        "HELLO_REVIEWER_LOGIN": "review / open sesame",
        **environment,
    }
    process = subprocess.Popen(
        ["sh", "-ec", command],
        cwd=project.folder,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while True:
        run_jobs("review.run_checks")
        try:
            printed, errors = process.communicate(timeout=0.3)
        except subprocess.TimeoutExpired:
            continue
        assert process.returncode == 0, (command, printed, errors)
        return printed


def test_the_commands_of_the_page(project: Project) -> None:
    token = os.environ["FONDACO_TOKEN"]
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    assert len(blocks) == 3
    printed = [run(block, project, FONDACO_TOKEN=token) for block in blocks[:2]]
    assert printed[0] == "fondaco.toml is right as far as can be told without a house.\n"
    assert printed[1].endswith("Hello Partner 1.0.0 is as fondaco.toml says.\n")
    check, submit, status = blocks[2].splitlines()
    checked = run(check, project, FONDACO_TOKEN=token)
    assert re.search(r"^\[(\d+)/\1\] ", checked, re.MULTILINE)
    assert re.search(r"^\d+ of \d+ block a submission\.$", checked, re.MULTILINE)  # nobody runs the app
    run(f"{submit} || test $? = 1", project, FONDACO_TOKEN=token)
    assert not Submission.objects.filter(track="technical").exists()
    assert run(status, project, FONDACO_TOKEN=token).startswith("Hello Partner 1.0.0\ntechnical: ")


def test_the_job_works_as_the_partners_client(project: Project, settings: Settings) -> None:
    settings.IDENTITY_URL = settings.API_ROOT = project.house
    fields = ClientFields(name="Release job", grant_types=("client_credentials",), scopes=tuple(PERMISSIONS))
    program = make_portal_client(project.member, fields)
    variables = {
        "FONDACO_TOKEN_URL": token_url(program.account),
        "FONDACO_CLIENT_ID": program.issued.client_id,
        "FONDACO_CLIENT_SECRET": program.issued.client_secret,
    }
    job = re.search(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert job
    assert set(re.findall(r"FONDACO_[A-Z_]+(?=:)", job[1])) == {"FONDACO_URL", *variables}
    commands = re.findall(r"- run: (.+)", job[1])
    assert len(commands) == 4
    printed = [run(command, project, **variables) for command in commands]
    checks: dict[str, Any] = json.loads((project.folder / "checks.json").read_text())
    assert checks["run"]["status"] == "finished"
    assert [track["status"] for track in json.loads(printed[3])["tracks"]] == ["draft", "draft"]
    actors = set(
        Event.objects.filter(kind__in=["app.registered", "version.created"]).values_list("actor_kind", "actor_label")
    )
    assert actors == {("client", "Release job")}
    assert not Submission.objects.exists()
    assert program.issued.client_secret not in "".join(printed)
