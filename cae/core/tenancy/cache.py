"""Cache keys carry the cooperative: what is cached for one is never read by another."""

from cae.core.tenancy.context import current_context


def tenant_key(key: str, key_prefix: str, version: int) -> str:
    context = current_context()
    return f"{key_prefix}:{version}:{context.tenant_id if context else '-'}:{key}"
