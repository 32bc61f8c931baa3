"""The login of a session, read at every request."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser

from cae.core import memberships


class LoginBackend(AuthenticationBackend):
    """django-allauth's, which reads a login together with the places that it opens."""

    def get_user(self, user_id: int) -> AbstractBaseUser | None:
        user = memberships.login_with_places(user_id)
        if user is None:
            return super().get_user(user_id)
        return user if self.user_can_authenticate(user) else None
