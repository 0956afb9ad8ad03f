"""The reviewer's checklist of a report: what is computed of it, part by part, and the table that is printed."""
