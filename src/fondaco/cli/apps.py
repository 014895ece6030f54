"""``fondaco app``: an app as code. ``fondaco.toml`` is the one side, a house the other.

The commands need neither Django nor a database. How they end: 0 done, 1 refused, 2 typed wrongly, 3 something differs
or blocks. With ``--json`` each says one document at the end, also when it is refused.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from fondaco.cli import app_events
from fondaco.cli.app_options import HERE, AsJson, Folder, Partner, Url

_PANEL = "From any machine"
group = typer.Typer(
    name="app",
    help=(
        "An app as code: describe it in `fondaco.toml`, compare, push, check, submit and publish it.\n\n"
        "Exit status: 0 done, 1 refused, 2 typed wrongly, 3 something differs or blocks. In a job, set FONDACO_URL and "
        "FONDACO_TOKEN instead of signing in."
    ),
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

Track = Annotated[str, typer.Option("--track", help="technical or listing. Default: both.", show_default=False)]


@group.command()
def init(
    source: Annotated[
        str, typer.Option("--from", help="Address (slug) of an app to export, with its pictures.", show_default=False)
    ] = "",
    version: Annotated[
        str, typer.Option("--version", help="Which version to export. Default: the newest.", show_default=False)
    ] = "",
    folder: Folder = HERE,
    url: Url = "",
    partner: Partner = "",
    as_json: AsJson = False,
) -> None:
    """Write a `fondaco.toml` with a word about every part; with `--from` what an app is now. Overwrites nothing."""
    from fondaco.cli.manifest import FILE_NAME
    from fondaco.cli.manifest.schema import PATH
    from fondaco.cli.project import exporting, planning, session, template
    from fondaco.cli.remote import choose_house

    with session.speaking(as_json=as_json) as voice:
        if not source:
            schema = f"{choose_house(url, default='http://127.0.0.1:8000')}/{PATH}"
            text = template.make_template(folder.resolve().name, schema=schema)
            exporting.write_files(folder, {FILE_NAME: text.encode()})
            voice.say("fondaco.toml is written. Fill it in, then: fondaco app check --offline")
            voice.end(files=[FILE_NAME])
        with session.connect(url) as connection:
            partner_id = planning.find_partner(connection, partner)
            app = planning.get_app(connection, partner_id, source)
            standing = planning.pick_version(app, version)
            found = planning.read_version(connection, partner_id, standing["id"])
            files = exporting.export(connection, folder, app, found, schema=f"{connection.house}/{PATH}")
        voice.say(f"{app['name']} {found['name']} is written down: {', '.join(files)}.")
        voice.end(files=files)


@group.command()
def diff(folder: Folder = HERE, url: Url = "", partner: Partner = "", as_json: AsJson = False) -> None:
    """Show what a push would change, field by field; exit 3 when that is anything. Writes nothing."""
    from fondaco.cli.project import planning, reporting, session

    with session.speaking(as_json=as_json) as voice, session.connect(url) as connection:
        project, partner_id = session.open_both(folder, connection, partner)
        plan = planning.make_plan(connection, partner_id, project)
        reporting.show_plan(voice, plan)
        voice.end(session.Exit.DONE if plan.is_up_to_date else session.Exit.DIFFERENT)


@group.command()
def push(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask. A job must say so.")] = False,
    send_credentials: Annotated[
        bool,
        typer.Option("--send-credentials", help="Send the reviewers' log-in again: it can be written, never compared."),
    ] = False,
    folder: Folder = HERE,
    url: Url = "",
    partner: Partner = "",
    as_json: AsJson = False,
) -> None:
    """Bring the house to what `fondaco.toml` says; shows what changes and asks. Pushing twice changes nothing twice.

    Registers the app and begins the version when they are missing. A version that is past changing stays as it is, and
    what differs goes into the next one. A push that broke off is run again.
    """
    from fondaco.cli.project import planning, reporting, session
    from fondaco.cli.project.pushing import Push

    with session.speaking(as_json=as_json) as voice, session.connect(url) as connection:
        project, partner_id = session.open_both(folder, connection, partner)
        plan = planning.make_plan(connection, partner_id, project, renews_credentials=send_credentials)
        reporting.show_plan(voice, plan)
        if plan.is_up_to_date:
            voice.end(done=[], left=[])
        if not yes:
            if as_json or not sys.stdin.isatty():
                voice.warn("Nobody can be asked here. Say --yes to push.")
                voice.end(session.Exit.USAGE)
            typer.confirm("Push this?", abort=True)
        outcome = Push(connection, plan, lambda words: voice.say(f"done: {words}")).run()
        reporting.end_push(voice, plan, outcome)


@group.command()
def check(
    offline: Annotated[bool, typer.Option("--offline", help="Judge the file alone, without a house.")] = False,
    folder: Folder = HERE,
    url: Url = "",
    partner: Partner = "",
    as_json: AsJson = False,
) -> None:
    """Judge the file, then run the very checks that reviewers read over what was pushed; exit 3 when one blocks."""
    from fondaco.cli.manifest import open_project
    from fondaco.cli.project import checking, planning, reporting, session

    with session.speaking(as_json=as_json) as voice:
        project = open_project(folder)
        voice.say("fondaco.toml is right as far as can be told without a house.")
        if offline:
            voice.end()
        with session.connect(url) as connection:
            plan = planning.make_plan(connection, planning.find_partner(connection, partner), project)
            version = reporting.require_version(voice, plan)
            blocked = checking.run_checks(voice, connection, plan.partner_id, version, project)
        voice.end(session.Exit.DIFFERENT if blocked else session.Exit.DONE)


@group.command()
def submit(
    track: Track = "",
    note: Annotated[str, typer.Option("--note", help="A word to the reviewer.")] = "",
    folder: Folder = HERE,
    url: Url = "",
    partner: Partner = "",
    as_json: AsJson = False,
) -> None:
    """Send what was pushed to review, each track on its own; what waits or is through already is left alone."""
    from fondaco.cli.project import planning, reporting, session, submitting

    with session.speaking(as_json=as_json) as voice, session.connect(url) as connection:
        project, partner_id = session.open_both(folder, connection, partner)
        tracks = submitting.read_tracks(track)
        plan = planning.make_plan(connection, partner_id, project)
        version = reporting.require_version(voice, plan)
        submitting.submit(voice, connection, plan, version, tracks, note)


@group.command()
def status(folder: Folder = HERE, url: Url = "", partner: Partner = "", as_json: AsJson = False) -> None:
    """Say where both tracks stand, since when, who acts next, and what reviewers ask for."""
    from fondaco.cli.project import planning, reporting, session

    with session.speaking(as_json=as_json) as voice, session.connect(url) as connection:
        project, partner_id = session.open_both(folder, connection, partner)
        plan = planning.make_plan(connection, partner_id, project)
        reporting.show_status(voice, connection, plan)
        voice.end()


@group.command()
def publish(
    at: Annotated[
        str, typer.Option("--at", help="When, with a time zone, like 2030-01-02T09:00:00Z.", show_default=False)
    ] = "",
    folder: Folder = HERE,
    url: Url = "",
    partner: Partner = "",
    as_json: AsJson = False,
) -> None:
    """Make the approved version that is as `fondaco.toml` says available, now or `--at` a time."""
    from fondaco.cli.project import planning, publishing, reporting, session

    due_at = publishing.read_time(at)
    with session.speaking(as_json=as_json) as voice, session.connect(url) as connection:
        project, partner_id = session.open_both(folder, connection, partner)
        version = reporting.require_version(voice, planning.make_plan(connection, partner_id, project))
        publishing.publish(voice, connection, f"/partners/{partner_id}/versions/{version['id']}", due_at, version)


@group.command()
def logs(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until you stop it.")] = False,
    most: Annotated[int, typer.Option("--most", min=1, max=1000, help="How many of the latest to show.")] = 50,
    folder: Folder = HERE,
    url: Url = "",
    partner: Partner = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document a line.")] = False,
) -> None:
    """Show what happened to the app and what was sent to its program, with every try; the latest come last."""
    from fondaco.cli.project import following, session

    with session.at_app(folder, url, partner, as_json=as_json) as at:
        following.show_logs(at.connection, at.path, at.voice, most=most, follows=follow)


def register(app: typer.Typer) -> None:
    """Adds the group."""
    group.add_typer(app_events.group)
    app.add_typer(group, rich_help_panel=_PANEL)
