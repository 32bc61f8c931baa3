"""The cooperatives of the demonstration, made through the same actions as the pages.

Nothing is written beside them: the seed is itself a test of what the product does.
"""

from cae.demo.story import COMPANIES, last_known_day, seed

__all__ = ["COMPANIES", "last_known_day", "seed"]
