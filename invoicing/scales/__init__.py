"""Dated scales, each beside the text it comes from. A new year is a new file."""
