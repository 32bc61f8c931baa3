"""Texts a cooperative begins with, and changes in its pages."""
