"""Pages of whoever opens a cooperative and sets it right."""
