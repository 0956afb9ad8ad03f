"""Which parts of the chapter on rules have something to show."""

from __future__ import annotations

from pilotbook.evaluate.evaluation import Evaluation


def rule_parts(evaluation: Evaluation) -> dict[str, bool]:
    """Return which parts of the chapter on rules have something to show."""
    monitoring = evaluation.ledger.monitoring
    there = bool(evaluation.ledger.rules)
    watch = monitoring.get("watch", ())
    alerts = any(e["type"] == "alert" and e["state"] == "fired" and not e["causal"] for e in evaluation.ledger.rules)
    return {
        "alerts": alerts,
        "no-alerts": there and not alerts,
        "rules": there,
        "no-rules": not there,
        "watch": any(each["entries"] for each in watch),
        "no-watch": there and not any(each["entries"] for each in watch),
        "funnel": any(each["points"] for each in watch),
        "accounts": bool(monitoring.get("accounts")),
    }
