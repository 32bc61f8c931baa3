"""The API: the same actions as the pages, for the programs of a membership.

A key belongs to one membership and can do what it can, no more. Refusals are
`{"code", "message"}`, the message in French for a person.
"""
