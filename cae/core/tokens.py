"""Random tokens that open something without a password: public links, keys of the API.

256 bits, shown once; the database keeps their SHA-256 only.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from cae.core import audit
from cae.core.enums import LinkKind
from cae.core.models import ApiToken, Membership, PublicLink
from cae.core.tenancy import current_tenant_id
from cae.core.workflow import ActionRefused

#: A key by program; more is a sign that none is ever revoked.
MOST_KEYS = 10


def digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def open_link(
    kind: LinkKind, target_id: int, *, days: int, version: int = 0, keep_earlier: bool = False
) -> str:
    """Return a new token for one record of the current cooperative, valid `days` days.

    Earlier links to the same record stop working, unless they are kept.
    """
    if not keep_earlier:
        close_links(kind, target_id)
    token = secrets.token_urlsafe(32)
    PublicLink.objects.create(
        digest=digest(token),
        cooperative_id=current_tenant_id(),
        kind=kind,
        target_id=target_id,
        version=version,
        expires_at=timezone.now() + timedelta(days=days),
    )
    return token


def close_links(kind: LinkKind, target_id: int) -> None:
    PublicLink.objects.filter(
        cooperative_id=current_tenant_id(), kind=kind, target_id=target_id, revoked_at=None
    ).update(revoked_at=timezone.now())


def link_behind(token: str) -> PublicLink | None:
    """Return the live link of a token, with its cooperative; None if unknown or over."""
    return (
        PublicLink.objects.filter(
            digest=digest(token), revoked_at=None, expires_at__gt=timezone.now()
        )
        .select_related("cooperative")
        .first()
    )


def create_api_token(membership: Membership, *, label: str) -> str:
    """Return a new key of the API, shown this once; call it inside its cooperative.

    :raises ActionRefused: `too_many_keys`.
    """
    if api_tokens_of(membership).count() >= MOST_KEYS:
        raise ActionRefused(
            f"Vous avez déjà {MOST_KEYS} clés. Révoquez celles qui ne servent plus, puis "
            "recommencez.",
            code="too_many_keys",
        )
    token = "cae_" + secrets.token_urlsafe(32)
    ApiToken.objects.create(membership=membership, label=label, digest=digest(token))
    audit.record("api_key.created", membership, by=membership, after={"label": label})
    return token


def api_tokens_of(membership: Membership) -> QuerySet[ApiToken]:
    """Return the keys of a membership that still open something, the latest first."""
    return ApiToken.objects.filter(membership=membership, revoked_at=None).order_by("-pk")


def revoke_api_token(membership: Membership, pk: int) -> bool:
    """Close one's own key at once; False where there is no such key."""
    key = api_tokens_of(membership).filter(pk=pk).first()
    if key is None:
        return False
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])
    audit.record("api_key.revoked", membership, by=membership, before={"label": key.label})
    return True


def membership_behind(token: str) -> Membership | None:
    """Return the active membership of a key, and note its use; None if it opens nothing."""
    key = (
        ApiToken.objects.filter(
            digest=digest(token),
            revoked_at=None,
            membership__is_active=True,
            membership__user__is_active=True,
        )
        .select_related("membership__cooperative", "membership__role", "membership__user")
        .first()
    )
    if key is None:
        return None
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > timedelta(minutes=5):
        ApiToken.objects.filter(pk=key.pk).update(last_used_at=now)
    return key.membership


class TokenAuthentication(BaseAuthentication):
    """The middleware has read the key and entered its cooperative; this tells DRF."""

    def authenticate(self, request: Request):
        membership = getattr(request._request, "membership", None)
        if membership is None:
            raise exceptions.NotAuthenticated
        return membership.user, membership

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


_SENTENCES = {
    401: ("not_authenticated", "Cette clé d’API est absente, révoquée ou inconnue."),
    404: ("not_found", "Rien à cette adresse pour cette clé."),
    405: ("method_not_allowed", "Cette adresse n’accepte pas cette méthode."),
    415: ("unsupported_media_type", "Envoyez du JSON, ou un formulaire pour un fichier."),
    429: ("throttled", "Trop d’appels\u00a0: attendez une minute avant de recommencer."),
}


def answer_refusal(error: Exception, context: dict) -> Response | None:
    """Answer every refusal of the API as {code, message}, plus `fields` for bad input."""
    from rest_framework.views import exception_handler, set_rollback

    if isinstance(error, ActionRefused):
        set_rollback()
        return Response({"code": error.code, "message": error.message}, status=409)
    response = exception_handler(error, context)
    if response is None:
        return None
    if response.status_code in _SENTENCES:
        code, message = _SENTENCES[response.status_code]
        response.data = {"code": code, "message": message}
    elif isinstance(error, exceptions.ValidationError):
        response.data = {
            "code": "invalid",
            "message": "Certaines données manquent ou ne conviennent pas\u00a0: voyez "
            "«\u00a0fields\u00a0».",
            "fields": response.data,
        }
    else:
        response.data = {"code": "refused", "message": str(getattr(error, "detail", error))}
    return response
