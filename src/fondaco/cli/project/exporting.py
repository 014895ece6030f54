"""Writing an app of a house down as a folder."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any, Final

from fondaco.cli.manifest import FILE_NAME, Manifest, ManifestRefused, Problem
from fondaco.cli.manifest.writing import write_manifest
from fondaco.cli.project.connection import Connection
from fondaco.cli.project.house_content import paid_plans

Answer = Mapping[str, Any]

_LISTING_FILE: Final = "listing.md"
_PICTURES: Final = "pictures"
_CREDENTIALS_NAME: Final = "TEST_CREDENTIALS"
_TECHNICAL_ALIKE: Final = (
    "events_callback_url",
    "standalone_url",
    "redirect_urls",
    "data_fields",
    "receives_user_logout",
    "backchannel_logout_url",
    "is_manually_provisioned",
    "are_credentials_claimed",
    "id_token_signed_response_alg",
    "release_notes",
    "test_instructions",
)
_LISTING_ALIKE: Final = (
    "display_name",
    "summary",
    "categories",
    "video_url",
    "support_url",
    "support_email",
    "docs_url",
    "privacy_url",
    "terms_url",
)
_PLAN_ALIKE: Final = ("name", "currency", "model", "summary", "description", "min_licences", "max_licences")


def export(connection: Connection, folder: Path, app: Answer, version: Answer, *, schema: str) -> list[str]:
    """Writes pictures, texts and at last ``fondaco.toml``; returns their names. No file of another content is touched.

    What broke off can be run again: the same files are found done.
    """
    icon = _name_picture("icon", app["icon_url"])
    pictures = {icon: app["icon_url"]}
    for number, screenshot in enumerate(version["screenshots"], start=1):
        pictures[_name_picture(f"screenshot-{number}", screenshot["url"])] = screenshot["url"]
    files = {name: connection.fetch(address) for name, address in pictures.items()}
    if version["listing"]["description"]:
        files[_LISTING_FILE] = (version["listing"]["description"] + "\n").encode()
    manifest = Manifest.model_validate(describe(app, version, pictures=list(pictures)))
    files[FILE_NAME] = write_manifest(manifest, schema=schema).encode()
    write_files(folder, files)
    return list(files)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """All of them, in their order, or none when one would overwrite something else."""
    problems = [
        Problem(name, 0, "", "This exists already and holds something else. Nothing was written.")
        for name, data in files.items()
        if (folder / name).exists() and (folder / name).read_bytes() != data
    ]
    if problems:
        raise ManifestRefused(problems)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_bytes(data)
        fresh.replace(path)


def describe(app: Answer, version: Answer, *, pictures: list[str]) -> dict[str, Any]:
    """The data of a ``fondaco.toml``; ``pictures`` are the icon's file and those of the screenshots."""
    technical, listing = version["technical"], version["listing"]
    reasons = technical["scope_reasons"]
    return {
        "app": {
            "slug": app["slug"],
            "name": app["name"],
            "icon": pictures[0],
            "website": app["website"],
            "contacts": {kind: app[f"{kind}_email"] for kind in ("technical", "support", "billing", "security")},
        },
        "version": {"name": version["name"]},
        "technical": {
            **{name: technical[name] for name in _TECHNICAL_ALIKE},
            "scopes": [{"name": name, "reason": reasons.get(name, "")} for name in technical["scopes"]],
            "test_credentials_env": _CREDENTIALS_NAME if technical["has_test_credentials"] else None,
        },
        "listing": {
            **{name: listing[name] for name in _LISTING_ALIKE},
            "description_file": _LISTING_FILE if listing["description"] else None,
            "screenshots": [
                {"path": name, "alternative_text": screenshot["alternative_text"]}
                for name, screenshot in zip(pictures[1:], version["screenshots"], strict=True)
            ],
        },
        "plans": [_describe_plan(plan) for plan in paid_plans(version)],
    }


def _describe_plan(plan: Answer) -> dict[str, Any]:
    meter = plan["meter"]
    return {
        **{name: plan[name] for name in _PLAN_ALIKE},
        "price": _amount(plan["price_minor"], 2),
        "meter": meter
        and {
            "unit": meter["unit"],
            "price": _amount(meter["price_micros"], 6),
            "included": meter["included"],
            "cap": None if meter["cap_minor"] is None else _amount(meter["cap_minor"], 2),
        },
    }


def _amount(units: int, places: int) -> str:
    return f"{Decimal(units).scaleb(-places):f}"


def _name_picture(name: str, address: str) -> str:
    return f"{_PICTURES}/{name}{PurePosixPath(address).suffix}"
