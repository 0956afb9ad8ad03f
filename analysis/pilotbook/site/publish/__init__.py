"""Putting the site where readers are: checked first, exchanged in one step, never taking a published version away."""
