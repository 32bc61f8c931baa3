"""The servers of a machine that has none: PostgreSQL, Valkey, a mail catcher.

One supervisor starts them beside the web and the worker, restarts what dies, and stops
everything in order. Nothing here runs in production, where they exist already.
"""
