"""The page over all reforms of a period: verdicts, alerts, quality of the data, what changed, and every claim."""
