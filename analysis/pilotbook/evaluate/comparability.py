"""How alike pilots and controls are before the start, and what other reforms reached them, as rows of the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from pilotbook.design.comparison import Balance, Exposure
from pilotbook.design.contract import Contract
from pilotbook.evaluate.ledger import BALANCE, OTHER_REFORM, SHARE, Row


def comparison_rows(plan: str, contract: Contract) -> Iterator[Row]:
    """Describe the comparison that the contract draws; its numbers are those of the contract.

    Parameters
    ----------
    plan
        Id of the plan.
    contract
        Its contract on the panel.
    """
    if contract.comparison is None:
        return
    for balance in contract.comparison.balance:
        yield from _balance(plan, balance)
    for exposure in contract.comparison.exposures or ():
        yield from _exposure(plan, exposure)


def _balance(plan: str, balance: Balance) -> Iterator[Row]:
    """Give means, standardised difference and ratio of variances of one characteristic; the difference has the p."""
    spec = {"characteristic": balance.kind}
    values = {
        "pilots": balance.pilots,
        "controls": balance.controls,
        "difference": balance.difference,
        "variance_ratio": balance.variance_ratio,
    }
    for name, value in values.items():
        tested = name == "difference" and balance.p is not None
        yield Row(
            plan=plan,
            outcome=balance.name,
            estimator=BALANCE,
            estimand=name,
            spec=spec,
            role="description",
            unit="",
            estimate=value,
            p=balance.p if tested else None,
            p_method="placebo choices of pilots" if tested else None,
        )


def _exposure(plan: str, exposure: Exposure) -> Iterator[Row]:
    values = {"pilots": exposure.pilots, "controls": exposure.controls, "control_counties": exposure.counties}
    for name, value in values.items():
        yield Row(
            plan=plan,
            outcome=exposure.id,
            estimator=OTHER_REFORM,
            estimand=name,
            spec={},
            role="description",
            unit=SHARE,
            estimate=value,
        )
