"""What a comparison or a history looks like on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pilotbook.release.attribution import ORDER, Attribution, Cause
from pilotbook.release.changes import Change
from pilotbook.release.comparing import Pair
from pilotbook.release.history import History

SHOWN = 15
ROUNDING = 1e-9
CAUSES: tuple[Cause, ...] = (*ORDER, "environment")


def comparison(pairs: Sequence[Pair]) -> Group:
    """Return the largest changes of all pairs in one table, flips first."""
    ranked = sorted(_one_of_each(pairs), key=lambda both: -abs(both[0].errors or 0))
    ranked.sort(key=lambda both: not both[0].leads)
    parts: list[RenderableType] = [*_flips(pairs)]
    if ranked:
        parts.append(_table(ranked, many=len(pairs) > 1))
    counts = [p.changes for p in pairs]
    parts.append(
        Text(
            f"{sum(len(c.changes) for c in counts)} estimates changed, {sum(c.same for c in counts)} are the same, "
            f"{sum(len(c.appeared) for c in counts)} are new, {sum(len(c.gone) for c in counts)} are gone"
            + (f"; {len(pairs)} reports" if len(pairs) > 1 else "")
        )
    )
    return Group(*parts)


def _one_of_each(pairs: Iterable[Pair]) -> Iterator[tuple[Change, Pair]]:
    """Give every estimate once: variants of its error change by as much, in other errors."""
    for pair in pairs:
        seen = set()
        for change in sorted(pair.changes.changes, key=lambda change: (not change.leads, len(change.row))):
            same = (change.outcome, change.old, change.new)
            if same not in seen:
                seen.add(same)
                yield change, pair


def _flips(pairs: Iterable[Pair]) -> Iterator[Text]:
    for pair in pairs:
        for flip in pair.changes.flips:
            what = flip.what.removeprefix(f"{pair.changes.plan}/")
            old, new = (said.replace("_", " ") for said in (flip.old, flip.new))
            yield Text(f"{pair.new.name}: {flip.kind} of {what}: {old} → {new}", style="bold")


def _table(ranked: Sequence[tuple[Change, Pair]], many: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("estimate", overflow="fold")
    for name in ("old", "new", "difference", "in se"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("old interval")
    for change, pair in ranked[:SHOWN]:
        row = change.row if many else change.row.removeprefix(f"{pair.changes.plan}/")
        errors = "–" if change.errors is None else f"{change.errors:+.2f}"
        inside = {True: "covers the new", False: "misses the new", None: "–"}[change.inside]
        table.add_row(
            f"{row}{_lead(change)}",
            f"{change.old:.4g}",
            f"{change.new:.4g}",
            f"{change.difference:+.3g}",
            errors,
            inside,
        )
    if len(ranked) > SHOWN:
        table.add_row(f"… and {len(ranked) - SHOWN} more; --json lists all", "", "", "", "", "")
    return table


def _lead(change: Change) -> str:
    if change.was is not None:
        return f" (leads instead of {change.was.partition('/')[2]})"
    return " (leads)" if change.leads else ""


def attributions(found: Sequence[Attribution]) -> Group:
    """Return the shares of every cause, by outcome."""
    causes = [c for c in CAUSES if any(share.cause == c for a in found for share in a.shares)]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("outcome", "old", "new", "difference", *causes):
        table.add_column(name, justify="left" if name == "outcome" else "right")
    for a in found:
        shares = {share.cause: share for share in a.shares}
        cells = [_share(shares[c].mean, a) if c in shares else "" for c in causes]
        table.add_row(a.outcome, f"{a.old:.4g}", f"{a.new:.4g}", f"{a.new - a.old:+.3g}", *cells)
    one_way = any(share.backward is None for a in found for share in a.shares)
    order = f"order: {', '.join(ORDER)}" + (
        "; its reverse is not possible with these data" if one_way else " and its reverse; the mean of both"
    )
    nothing = Text("nothing that the estimates rest on differs")
    return Group(table, Text(order)) if causes else Group(nothing)


def _share(share: float, of: Attribution) -> str:
    """Return a share as it is printed; what is left of a sum by rounding is none."""
    return "0" if abs(share) <= ROUNDING * max(abs(of.old), abs(of.new)) else f"{share:+.3g}"


def history(found: Sequence[History]) -> Group:
    """Return the revisions of every headline effect."""
    parts: list[RenderableType] = []
    for effect in found:
        table = Table(box=None, pad_edge=False, header_style="bold", title=effect.outcome, title_justify="left")
        for name in ("release", "released", "effect", "interval", "verdict", "covers later"):
            table.add_column(name, justify="right" if name == "effect" else "left")
        for entry in effect.entries:
            h = entry.headline
            told = [covers for covers in entry.covers_later.values() if covers is not None]
            table.add_row(
                entry.release.name + (" (withdrawn)" if entry.release.withdrawal else ""),
                entry.release.record.released.isoformat(),
                "–" if h.estimate is None else f"{h.estimate:.4g}",
                "–" if h.ci_low is None or h.ci_high is None else f"{h.ci_low:.4g} to {h.ci_high:.4g}",
                h.verdict.replace("_", " "),
                f"{sum(told)} of {len(told)}" if told else "–",
            )
        parts.append(table)
    return Group(*parts)
