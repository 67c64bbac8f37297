"""The commands around a shop: look around, set one up, learn of its orders, see whether all is well, simulate one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from azpay_tui.cli.app import Json
from azpay_tui.cli.context import context_of
from azpay_tui.cli.records import app

__all__ = ["app"]


@app.command()
def demo(
    ctx: typer.Context,
    orders: Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help="Number of sample orders.")] = 200,
    seed: Annotated[int, typer.Option(metavar="S", help="Decides the sample orders.")] = 7,
) -> int:
    """Open the console on sample orders of a simulated shop; needs nothing and leaves nothing behind."""
    from azpay_tui.cli.demo import run_demo

    return run_demo(context_of(ctx), orders=orders, seed=seed)


@app.command()
def init(
    ctx: typer.Context,
    environment: Annotated[str | None, typer.Option(metavar="E", help="simulator, sandbox or live.")] = None,
    region: Annotated[str | None, typer.Option(metavar="R", help="na, eu or jp.")] = None,
    merchant_id: Annotated[str | None, typer.Option(metavar="ID", help="As Seller Central shows it.")] = None,
    public_key_id: Annotated[str | None, typer.Option(metavar="ID", help="SANDBOX-... or LIVE-...")] = None,
    private_key_file: Annotated[str | None, typer.Option(metavar="FILE", help="The private key (.pem).")] = None,
    store_id: Annotated[str | None, typer.Option(metavar="ID", help="The store's client id; may be left out.")] = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="A simulator that runs already.")] = None,
    profile_name: Annotated[str | None, typer.Option(metavar="NAME", help="What the profile is called.")] = None,
    directory: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where a simulated shop is made; default in the data directory.")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not try the key with a harmless read.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
    json: Json = False,
) -> int:
    """Make a profile: for a simulated shop, for Amazon's sandbox, or for live."""
    from azpay_tui.cli.setup.given import Given
    from azpay_tui.cli.setup.init import init as run

    given = Given(
        environment=environment,
        region=region,
        merchant_id=merchant_id,
        public_key_id=public_key_id,
        private_key_file=private_key_file,
        store_id=store_id,
        url=url,
        name=profile_name,
        directory=directory,
        offline=offline,
        yes=yes,
        as_json=json,
    )
    return run(context_of(ctx), given)


@app.command()
def discover(
    ctx: typer.Context,
    days: Annotated[
        int, typer.Option(metavar="N", min=1, max=3650, help="How far back: what was made or changed in so many days.")
    ] = 90,
    schedule: Annotated[
        bool, typer.Option("--schedule/--no-schedule", help="Have reports made daily from then on.")
    ] = True,
    wait: Annotated[
        int, typer.Option(metavar="MINUTES", min=0, max=1440, help="How long to wait for Amazon to make them.")
    ] = 120,
    json: Json = False,
) -> int:
    """Learn of orders from Amazon's own reports; live only, for sandbox has none."""
    from azpay_tui.cli.discovering import discover as run

    return run(context_of(ctx), days=days, schedule=schedule, wait=wait, as_json=json)


@app.command()
def doctor(
    ctx: typer.Context,
    json: Json = False,
    rebuild_cache: Annotated[
        bool, typer.Option("--rebuild-cache", help="Make the cache anew from the journal.")
    ] = False,
    learn: Annotated[
        bool, typer.Option("--learn", help="Settle on a sandbox what Amazon's documents leave open.")
    ] = False,
    permission: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="With --learn: an order of your own; may be repeated.")
    ] = None,
    charge: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="With --learn: a charge, best an open one.")
    ] = None,
    refund: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="With --learn: a refund that is not decided.")
    ] = None,
    burst: Annotated[
        bool, typer.Option("--burst", help="With --learn: read quickly until Amazon asks for a pause.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --learn: agree to the calls that are listed.")] = False,
) -> int:
    """Look at configuration, key, connection and data; say what is wrong and what to do."""
    from azpay_tui.cli.doctor.run import doctor as look
    from azpay_tui.cli.doctor.run import rebuild

    more = bool(permission or charge or refund or burst or yes)
    if rebuild_cache and learn:
        raise typer.BadParameter("--rebuild-cache does not go with --learn: run one after the other.")
    if more and not learn:
        raise typer.BadParameter("--permission, --charge, --refund, --burst and --yes go with --learn alone.")
    if learn:
        from azpay_tui.cli.doctor.learning import Wanted, learn_points

        ids = tuple(permission or ()), tuple(charge or ()), tuple(refund or ())
        return learn_points(context_of(ctx), Wanted(*ids, burst=burst, yes=yes, as_json=json))
    if rebuild_cache:
        return rebuild(context_of(ctx), as_json=json)
    return look(context_of(ctx), as_json=json)


@app.command()
def simulate(
    ctx: typer.Context,
    port: Annotated[
        int, typer.Option(metavar="PORT", min=0, max=65_535, help="0: the one the directory keeps, else a free one.")
    ] = 0,
    orders: Annotated[int, typer.Option(metavar="N", min=0, max=100_000, help="Number of sample orders.")] = 200,
    seed: Annotated[int, typer.Option(metavar="S", help="Decides the sample orders and all ids.")] = 0,
    tls: Annotated[bool, typer.Option("--tls", help="Serve HTTPS with a self-signed certificate.")] = False,
    profile_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Where to write configuration, key and the sample orders; without it no key is known."
        ),
    ] = None,
    state: Annotated[Path | None, typer.Option(metavar="FILE", help="Keeps orders and ledger over restarts.")] = None,
    learned_from: Annotated[
        str | None, typer.Option(metavar="NAME", help="Behave as this profile has learned of its sandbox.")
    ] = None,
) -> int:
    """Run a local Amazon Pay on 127.0.0.1 until it is stopped."""
    from azpay_tui.cli.simulate import learned_switches, run_simulator

    switches = None if learned_from is None else learned_switches(context_of(ctx), learned_from)
    return run_simulator(
        port=port, orders=orders, seed=seed, tls=tls, profile_dir=profile_dir, state=state, switches=switches
    )
