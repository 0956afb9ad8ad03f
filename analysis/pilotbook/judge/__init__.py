"""The judgement: how much a design can bear, and what may be said of an effect."""
