"""``fondaco app events``: what was sent to the app's program, once more, and as a test."""

from __future__ import annotations

from typing import Annotated

import typer

from fondaco.cli.app_options import HERE, AsJson, Folder, Partner, Url

group = typer.Typer(
    name="events",
    help="Look at what was sent to the app's program, send it again, and send test events.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        help="Which: type=app.updated, status=failed, account=acme, since=2030-01-02T09:00:00Z, until=…; repeat it.",
        show_default=False,
    ),
]


@group.command("list")
def list_events(
    only: Only = None,
    most: Annotated[int, typer.Option("--most", min=1, max=1000, help="How many of the latest to show.")] = 50,
    folder: Folder = HERE,
    url: Url = "",
    partner: Partner = "",
    as_json: AsJson = False,
) -> None:
    """List what was sent, the latest first, with every try."""
    from fondaco.cli.project import events, session

    with session.at_app(folder, url, partner, as_json=as_json) as at:
        events.show_list(at.voice, at.connection, at.path, events.choose(only or []), most)


@group.command()
def show(
    event: Annotated[str, typer.Argument(help="Id of the event.")],
    folder: Folder = HERE,
    url: Url = "",
    partner: Partner = "",
    as_json: AsJson = False,
) -> None:
    """Show one event in full: what was sent, without secrets, and what was answered."""
    from fondaco.cli.project import events, session

    with session.speaking(as_json=as_json) as voice, session.connect(url) as connection:
        _project, partner_id = session.open_both(folder, connection, partner)
        events.show_one(voice, connection, f"/partners/{partner_id}/deliveries/{event}")


@group.command()
def replay(
    event: Annotated[str, typer.Argument(help="Id of one event; else choose with --only.")] = "",
    only: Only = None,
    folder: Folder = HERE,
    url: Url = "",
    partner: Partner = "",
    as_json: AsJson = False,
) -> None:
    """Send again, with the same ids and bytes: one event, or those chosen by `--only status=failed`."""
    from fondaco.cli.project import events, planning, session

    with session.speaking(as_json=as_json) as voice, session.connect(url) as connection:
        project, partner_id = session.open_both(folder, connection, partner)
        if event:
            events.replay_one(voice, connection, f"/partners/{partner_id}/deliveries/{event}/replay")
        app = planning.get_app(connection, partner_id, project.content.app["slug"])
        chosen = events.choose(only or [])
        events.replay_many(voice, connection, f"/partners/{partner_id}/apps/{app['id']}/deliveries/replay", chosen)


@group.command("test")
def try_kind(
    kind: Annotated[str, typer.Argument(help="The event to try, such as app.installed.")],
    version: Annotated[
        str, typer.Option("--version", help="Whose callback address. Default: the newest's.", show_default=False)
    ] = "",
    folder: Folder = HERE,
    url: Url = "",
    partner: Partner = "",
    as_json: AsJson = False,
) -> None:
    """Send a test event, signed and marked, and say what was answered; exit 3 when it was not taken."""
    from fondaco.cli.project import events, planning, session

    with session.at_app(folder, url, partner, as_json=as_json) as at:
        found = planning.pick_version(at.app, version)
        events.send_test(at.voice, at.connection, at.partner, found["id"], kind)


@group.command()
def health(folder: Folder = HERE, url: Url = "", partner: Partner = "", as_json: AsJson = False) -> None:
    """Say how each callback address does, the unwell ones first; exit 3 when one does not work."""
    from fondaco.cli.project import events, session

    with session.at_app(folder, url, partner, as_json=as_json) as at:
        events.show_health(at.voice, at.connection, f"{at.path}/endpoints")


@group.command("try")
def try_address(
    address: Annotated[str, typer.Argument(help="Id of a callback address, or the address itself.")],
    folder: Folder = HERE,
    url: Url = "",
    partner: Partner = "",
    as_json: AsJson = False,
) -> None:
    """Try a paused or gone callback address now; what waits follows when it takes the event."""
    from fondaco.cli.project import events, session

    with session.at_app(folder, url, partner, as_json=as_json) as at:
        events.try_address(at, address)
