"""The panel: county data read, checked and prepared."""
