"""What the sending of a document and the life of a quote read and write."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from invoicing.actions import Letter, Mailed, read_addresses, usual_letter
from invoicing.models import DocumentMail, QuoteMessage, QuoteVersion
from invoicing.rules.letters import LONGEST_BODY, LONGEST_SUBJECT, Wording


class LetterSerializer(serializers.Serializer):
    """What is mailed, and to whom; what is not said is as usual. Words hold their blanks."""

    to = serializers.ListField(child=serializers.EmailField(), required=False, max_length=10)
    copies = serializers.ListField(child=serializers.EmailField(), required=False, max_length=10)
    copy_to_me = serializers.BooleanField(required=False)
    subject = serializers.CharField(required=False, max_length=LONGEST_SUBJECT)
    body = serializers.CharField(required=False, max_length=LONGEST_BODY)


class DocumentMailSerializer(serializers.ModelSerializer):
    class Meta:
        model = DocumentMail
        fields = [
            "id", "kind", "version", "to", "copies", "subject", "template", "at", "state",
            "sent_at", "message_id", "failure", "refused",
        ]  # fmt: skip
        read_only_fields = fields


class QuoteVersionSerializer(serializers.ModelSerializer):
    class Meta:
        model = QuoteVersion
        fields = ["version", "sent_at", "fingerprint", "snapshot"]
        read_only_fields = fields


class QuoteMessageSerializer(serializers.ModelSerializer):
    class Meta:
        model = QuoteMessage
        fields = ["id", "version", "side", "name", "text", "at"]
        read_only_fields = ["id", "version", "side", "name", "at"]


class PageLinkSerializer(serializers.Serializer):
    url = serializers.URLField(read_only=True)


class OptionalReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=1000)


def letter_of(document: Mailed, data: Any) -> Letter | None:
    """Return the letter a body describes; None where it says nothing.

    :raises ActionRefused: as `read_addresses`.
    """
    form = LetterSerializer(data=data)
    form.is_valid(raise_exception=True)
    said = form.validated_data
    if not said:
        return None
    usual = usual_letter(document)
    words = Wording(
        said.get("subject", usual.wording.subject), said.get("body", usual.wording.body)
    )
    return Letter(
        to=read_addresses(" ".join(said["to"])) if "to" in said else usual.to,
        copies=read_addresses(" ".join(said.get("copies", []))),
        copy_to_me=said.get("copy_to_me", False),
        wording=words,
        template=usual.template if words == usual.wording else f"{usual.template}, corrigé",
    )
