"""What readers are told of rules in words of their own: what is open in a rule, and what it asks for."""

from __future__ import annotations

NOTES = {
    "drug-share-alert": (
        "“Drug share over 50 %, examination share over 30 %” joins the two without *and* or *or*: each is "
        "evaluated by itself, and both together are a rule of their own."
    ),
    "exam-share-alert": "Whether laboratory tests count as examinations is not said.",
    "drug-and-exam-share-alert": "The reading of the same sentence with *and*.",
    "fund-growth-3-months": (
        "Whether growth is from a year ago or from the month before is not said; from a year ago is the "
        "default, because spending has seasons."
    ),
    "fund-budget-limit": (
        "Literally spending “must not exceed 10 % of the annual budget”. Read here as an overrun of at most "
        "10 %; that the reform itself adds at most 10 % is the rule on the estimated effect."
    ),
    "fund-extra-spending-causal": "The second reading of the 10 % limit: what the reform itself adds.",
    "input-cost-trigger": "A change can be up or down, and its base period is not said.",
    "price-step-size": (
        "10 % may be meant as a range of the ceiling rather than as a floor: above 20 % is a warning, below "
        "10 % a note. The same document raises a fee from 30 to 120."
    ),
    "positive-feedback-expand": (
        "The document means an increase as observed; the decision rests on the estimated effect, and the "
        "increase as observed is shown beside it."
    ),
    "adverse-pause-price": (
        "What stands for “patients stay away” must be registered; the lower bar for harm is shown beside the rule."
    ),
    "quality-float-up": "From which mark on a facility is excellent or failing is not said.",
    "unreferred-penalty": "Whether per cent or percentage points are meant is not said.",
    "savings-split-facility": "The tolerance of five points is ours.",
    "rollout-pace": "At this pace there are no counties without the reform after two or three years.",
    "training-1-month": "Another document asks for three months.",
    "training-3-months": "Another document asks for one month.",
    "within-county-90": "The target of one county, used as a benchmark.",
    "alliance-budget-overspend": "One province shares reasonable overspending instead.",
    "group-surplus-60-40": "Another programme than the split 30/40/30.",
    "diabetes-capitation-reward": "Another programme counts about 8,000 CNY: the scope of cost differs.",
    "hba1c-bonus": "Values just above the limit are worth a look.",
    "up-referral-fee": "A fee for referrals invites more of them.",
    "two-way-referral-low": "The limit is taken from a case that failed; no document sets it.",
    "credit-d-delist": "Facilities that lose their status leave the panel.",
    "infusion-outlier": (
        "“Far above” has no number in the document: twice the provincial mean and the funnel limit are ours."
    ),
    "cost-anomaly": "The limit of three deviations is ours.",
    "vbp-quality-noninferior": (
        "“No significant difference” does not show that two things are alike: a margin of 10 % of the level "
        "before is ours."
    ),
    "repeat-exam": "The benchmark is a fall by 40 % that another document reports; the 30 days are ours.",
}
"""By rule; a rule that is not named has nothing open."""

ACTIONS = {
    "drug-and-exam-share-alert": "joint inspection; if confirmed, a fine of two to five times",
    "quality-float-up": "price may float up by 10 %",
    "quality-float-down": "price floats down by 5 %",
    "monthly-dispatch-quarterly-notice": "supply the report that is missing",
    "monthly-joint-meeting": "hold the meeting and log it",
    "quarterly-facility-assessment": "have the missing indicators reported",
    "daily-weekly-monthly-supervision": "renew the supervision data",
    "suspend-agreement": "suspend the agreement",
    "adverse-pause-price": "pause; find the cause; subsidies for hardship groups",
    "hba1c-bonus": "pay the extra 10 %",
    "credit-a-bonus": "payment coefficient up by 5 %",
    "capitation-savings-reward": "compute the reward",
    "htn-high-risk": "enter into focused management",
}
"""Where the catalogue's own words are too short for a reader."""
