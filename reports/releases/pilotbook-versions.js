// On the website this file knows all versions of a report, and shows them above it. Here it only stands in its place.
