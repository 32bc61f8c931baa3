"""What every resource of the API shares: who may, what is found, and one creation per key."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.db import connection, models
from django.http import Http404
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import mixins, viewsets
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from cae.core.enums import Right
from cae.core.models import Membership, SubmittedForm
from cae.core.permissions import has_right
from cae.core.tenancy import as_cooperative, current_tenant_id
from cae.core.workflow import ActionRefused


def membership_of(request: Request) -> Membership:
    """Return the membership whose key this is."""
    membership = request.auth
    assert isinstance(membership, Membership), "the authentication class sets it"
    return membership


class KeyScheme(OpenApiAuthenticationExtension):
    """Tells the schema how a key is sent."""

    target_class = "cae.core.tokens.TokenAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class HoldsRight(BasePermission):
    """The view's `rights`: at least one of them, or there is nothing at this address."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not any(has_right(membership_of(request), right) for right in view.rights):
            raise Http404
        return True


class Resource(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Rows of the membership's cooperative; of its own activities for an entrepreneur.

    The second filter is the database's: the queryset needs none.
    """

    permission_classes = [HoldsRight]
    rights: tuple[Right, ...] = ()
    lookup_value_regex = "[0-9]{1,18}"

    @property
    def membership(self) -> Membership:
        return membership_of(self.request)

    def answer(self, row: models.Model, *, status: int = 200) -> Response:
        return Response(self.get_serializer(row).data, status=status)

    def created_once(self, request: Request, create: Callable[[], models.Model]) -> Response:
        """Create, or answer again what this `Idempotency-Key` made the first time.

        The same key with another body is refused: it would hide a mistake.
        """
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return self.answer(create(), status=201)
        # Anybody may choose « 1 »: a key is its membership's own.
        named = f"{self.membership.pk}|{request.path}|{key}"
        nonce = "api:" + sha256(named.encode()).hexdigest()[:56]
        body = sha256(repr(sorted(dict(request.data).items())).encode()).hexdigest()
        with as_cooperative(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))",
                [nonce, current_tenant_id()],
            )
            earlier = SubmittedForm.objects.filter(
                nonce=nonce, membership_id=self.membership.pk
            ).first()
        if earlier is None:
            row = create()
            with as_cooperative():
                SubmittedForm.objects.create(
                    nonce=nonce, membership_id=self.membership.pk, result_url=f"{row.pk}:{body}"
                )
            return self.answer(row, status=201)
        pk, _, first_body = earlier.result_url.partition(":")
        if first_body != body:
            raise ActionRefused(
                "Cette clé d’idempotence a déjà servi pour d’autres données. "
                "Prenez-en une nouvelle.",
                code="idempotency_key_reused",
            )
        return self.answer(self.get_queryset().get(pk=pk))
