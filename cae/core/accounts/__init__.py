"""Accounts: born from an invitation, kept safe, ended on time.

django-allauth does the work; this package says how it must do it here. What others call:
`recently_authenticated`, around a view that needs a fresh proof of identity,
`enter_with_new_password()`, and `demo_accounts()`, whose password is `settings.DEMO_PASSWORD`.
"""

from cae.core.accounts.demo import DemoAccount, demo_accounts
from cae.core.accounts.fresh import enter_with_new_password, recently_authenticated

__all__ = ["DemoAccount", "demo_accounts", "enter_with_new_password", "recently_authenticated"]
