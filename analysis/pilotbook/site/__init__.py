"""The website: a static view of all releases, and publishing it where readers are."""
