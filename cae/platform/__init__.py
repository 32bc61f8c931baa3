"""Whoever runs the product for several cooperatives: who they are, and what they may see.

An account of the platform belongs to no cooperative and opens none: it counts, it watches over
the machinery, it opens new ones.
"""
