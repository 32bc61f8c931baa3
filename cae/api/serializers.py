"""What the API reads and writes. Money is a decimal string in EUR, rates are fractions."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cae.core.models import Memo
from entrepreneurs.identifiers import masked
from entrepreneurs.models import Activity
from invoicing.enums import Entry, Nature, Unit
from invoicing.models import (
    Customer,
    CustomerContact,
    ExpenseLine,
    ExpenseSheet,
    ExpenseType,
    Invoice,
    InvoiceLine,
    Quote,
    QuoteLine,
)

_ADDRESS = ["street", "complement", "postcode", "town", "country"]


@extend_schema_field(serializers.IntegerField())
class OwnActivityField(serializers.PrimaryKeyRelatedField):
    """An activity of the key's person; the only one when none is named."""

    def get_queryset(self):
        return Activity.objects.all()


@extend_schema_field(serializers.IntegerField())
class CustomerField(serializers.PrimaryKeyRelatedField):
    def get_queryset(self):
        return Customer.objects.filter(archived_at=None)


class CustomerSerializer(serializers.ModelSerializer):
    """A customer; its IBAN is written in full and read by its end."""

    activity = OwnActivityField()
    iban = serializers.CharField(max_length=42, required=False, allow_blank=True)

    class Meta:
        model = Customer
        fields = [
            "id", "activity", "kind", "name", "contact", "email", "billing_email", "phone",
            "siren", "siret", "vat_number", "legal_form", "naf", "endpoint", "chorus_service",
            "chorus_commitment", "payment_days", *_ADDRESS,
            *(f"delivery_{name}" for name in _ADDRESS), "iban", "iban_holder", "party_account",
            "archived_at", "anonymised_at",
        ]  # fmt: skip
        read_only_fields = ["party_account", "archived_at", "anonymised_at"]
        # The database's unique SIRET is said by the action, with what to do.
        validators: list[Any] = []

    def to_representation(self, instance: Customer) -> dict[str, Any]:
        return {**super().to_representation(instance), "iban": masked(instance.iban)}


class NewCustomerSerializer(CustomerSerializer):
    unless_known = serializers.BooleanField(
        default=False, write_only=True, help_text="Refuser un client qui ressemble à un autre."
    )

    class Meta(CustomerSerializer.Meta):
        fields = [*CustomerSerializer.Meta.fields, "unless_known"]


class CompanySerializer(serializers.Serializer):
    """A company as the public directory tells it, its texts cut and cleaned."""

    name = serializers.CharField()
    siren = serializers.CharField()
    siret = serializers.CharField(allow_blank=True)
    vat_number = serializers.CharField()
    legal_form = serializers.CharField(allow_blank=True)
    naf = serializers.CharField(allow_blank=True)
    street = serializers.CharField(allow_blank=True)
    complement = serializers.CharField(allow_blank=True)
    postcode = serializers.CharField(allow_blank=True)
    town = serializers.CharField(allow_blank=True)
    is_public = serializers.BooleanField()
    has_ceased = serializers.BooleanField()


class ContactSerializer(serializers.ModelSerializer):
    """Somebody at a customer's, and which letters go to them."""

    class Meta:
        model = CustomerContact
        fields = [
            "id", "name", "role", "email", "phone", "gets_quotes", "gets_invoices",
            "gets_reminders",
        ]  # fmt: skip
        # The unique e-mail is said by the action, with what to do.
        validators: list[Any] = []


class PartyAccountSerializer(serializers.Serializer):
    account = serializers.CharField(max_length=17, allow_blank=True)


class MemoSerializer(serializers.ModelSerializer):
    is_shared = serializers.BooleanField(default=True)

    class Meta:
        model = Memo
        fields = ["id", "text", "at", "is_pinned", "is_shared"]
        read_only_fields = ["at"]


class LineSerializer(serializers.Serializer):
    """A line to sell; `vat` is the code of a VAT choice of the cooperative."""

    label = serializers.CharField(max_length=160)  # type: ignore[assignment]  # the name of a field
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    quantity = serializers.DecimalField(max_digits=14, decimal_places=4)
    unit = serializers.ChoiceField(choices=Unit.choices, default=Unit.PIECE)
    unit_price = serializers.DecimalField(
        required=False, max_digits=14, decimal_places=6, min_value=0
    )
    price_with_vat = serializers.DecimalField(
        required=False,
        max_digits=14,
        decimal_places=6,
        min_value=0,
        help_text="Instead of `unit_price`, where the document says `entry: gross`.",
    )
    discount = serializers.DecimalField(
        required=False,
        max_digits=12,
        decimal_places=2,
        min_value=0,
        help_text="EUR without VAT.",
    )
    discount_rate = serializers.DecimalField(
        required=False,
        max_digits=5,
        decimal_places=4,
        min_value=0,
        max_value=1,
        help_text="A fraction of the line, instead of `discount`.",
    )
    section = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text="The title it stands under."
    )
    nature = serializers.ChoiceField(choices=Nature.choices, default=Nature.SERVICES)
    vat = serializers.CharField(max_length=20)
    service = serializers.CharField(
        max_length=32,
        required=False,
        allow_blank=True,
        help_text="The code of a service à la personne that the activity does.",
    )


class QuotedLineSerializer(LineSerializer):
    is_optional = serializers.BooleanField(default=False)


class BilledLineSerializer(LineSerializer):
    """A service also says who came, which day, how long: its invoice is not issued without."""

    worker_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    worker_number = serializers.CharField(max_length=40, required=False, allow_blank=True)
    done_on = serializers.DateField(required=False)
    minutes = serializers.IntegerField(required=False, min_value=1, max_value=60 * 24 * 31)


class PricedSerializer(serializers.Serializer):
    """How prices are typed, and the discount on the whole document."""

    entry = serializers.ChoiceField(choices=Entry.choices, default=Entry.NET)
    discount = serializers.DecimalField(
        required=False, max_digits=12, decimal_places=2, min_value=0, help_text="EUR without VAT."
    )
    discount_rate = serializers.DecimalField(
        required=False, max_digits=5, decimal_places=4, min_value=0, max_value=1
    )


_LINE = [
    "position", "section", "label", "description", "nature", "quantity", "unit", "unit_price",
    "typed_price", "discount", "discount_rate", "vat_category", "vat_rate", "net",
]  # fmt: skip


class QuoteLineSerializer(serializers.ModelSerializer):
    service: serializers.SlugRelatedField = serializers.SlugRelatedField(
        slug_field="code", read_only=True
    )

    class Meta:
        model = QuoteLine
        fields = [*_LINE, "is_optional", "is_chosen", "service"]


class InvoiceLineSerializer(serializers.ModelSerializer):
    service: serializers.SlugRelatedField = serializers.SlugRelatedField(
        slug_field="code", read_only=True
    )

    class Meta:
        model = InvoiceLine
        fields = [*_LINE, "service", "worker_name", "worker_number", "done_on", "minutes"]


_PLACE = [f"delivery_{name}" for name in _ADDRESS]


class CircumstancesSerializer(serializers.Serializer):
    """Whose order a document answers, and where one works or delivers."""

    order_reference = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=50,
        help_text="Empty: the commitment number of a public body, if its record has one.",
    )
    delivery_street = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=120,
        help_text="Nothing said: where the customer has things delivered, if anywhere.",
    )
    delivery_complement = serializers.CharField(required=False, allow_blank=True, max_length=120)
    delivery_postcode = serializers.CharField(required=False, allow_blank=True, max_length=12)
    delivery_town = serializers.CharField(required=False, allow_blank=True, max_length=60)
    delivery_country = serializers.CharField(
        required=False, allow_blank=True, max_length=2, help_text="ISO 3166-1 alpha-2."
    )


class QuoteSerializer(serializers.ModelSerializer):
    lines = QuoteLineSerializer(many=True, read_only=True)

    class Meta:
        model = Quote
        fields = [
            "id", "activity", "customer", "customer_name", "number", "status", "subject",
            "dated_on", "valid_until", "payment_days", "deposit_rate", "retention_rate", "entry",
            "schedule_shown",
            "discount", "discount_rate", "net", "vat", "gross", "rounding",
            "review", "review_note",
            "order_reference", "starts_on", "duration", *_PLACE,
            "sent_at", "answered_at", "signed_name", "signed_role", "refusal_reason", "lines",
        ]  # fmt: skip
        read_only_fields = fields


class NewQuoteSerializer(PricedSerializer, CircumstancesSerializer):
    activity = OwnActivityField()
    customer = CustomerField()
    subject = serializers.CharField(max_length=160)
    lines = serializers.ListField(child=QuotedLineSerializer(), allow_empty=False, max_length=500)
    valid_until = serializers.DateField(required=False)
    payment_days = serializers.IntegerField(required=False, min_value=0, max_value=60)
    deposit_rate = serializers.DecimalField(
        required=False, max_digits=5, decimal_places=4, min_value=0, max_value=1
    )
    starts_on = serializers.DateField(required=False, help_text="The day the work should begin.")
    duration = serializers.CharField(
        required=False, allow_blank=True, max_length=60, help_text="In words: « trois semaines »."
    )
    notes = serializers.CharField(required=False, allow_blank=True, max_length=4000)


class InvoiceSerializer(serializers.ModelSerializer):
    lines = InvoiceLineSerializer(many=True, read_only=True)

    class Meta:
        model = Invoice
        fields = [
            "id", "activity", "customer", "customer_name", "quote", "corrects", "kind", "status",
            "number", "subject", "order_reference", *_PLACE, "supplied_from", "supplied_on",
            "issued_on", "due_on", "payment_days",
            "entry", "discount", "discount_rate", "net", "vat", "gross", "rounding",
            "retention_rate", "retention", "retention_due_on", "refusal_reason", "lines",
        ]  # fmt: skip
        read_only_fields = fields


class NewInvoiceSerializer(PricedSerializer, CircumstancesSerializer):
    activity = OwnActivityField()
    customer = CustomerField()
    subject = serializers.CharField(max_length=160)
    lines = serializers.ListField(child=BilledLineSerializer(), allow_empty=False, max_length=500)
    payment_days = serializers.IntegerField(required=False, min_value=0, max_value=60)
    supplied_from = serializers.DateField(
        required=False, help_text="The first day, of what lasted several."
    )
    supplied_on = serializers.DateField(
        required=False, help_text="The day it was done, or its last day; else that of issue."
    )
    notes = serializers.CharField(required=False, allow_blank=True, max_length=4000)


@extend_schema_field(serializers.CharField())
class ExpenseTypeField(serializers.SlugRelatedField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="code", **kwargs)

    def get_queryset(self):
        return ExpenseType.objects.all()


class ExpenseLineSerializer(serializers.ModelSerializer):
    class Meta:
        model = ExpenseLine
        exclude = ["tenant", "entrepreneur", "voucher"]
        read_only_fields = ["sheet"]


class ExpenseSheetSerializer(serializers.ModelSerializer):
    lines = ExpenseLineSerializer(many=True, read_only=True)

    class Meta:
        model = ExpenseSheet
        fields = ["id", "activity", "month", "status", "refusal_reason", "lines"]
        read_only_fields = fields


class NewExpenseSerializer(serializers.Serializer):
    activity = OwnActivityField()
    expense_type = ExpenseTypeField()
    spent_on = serializers.DateField()
    label = serializers.CharField(max_length=160)  # type: ignore[assignment]  # the name of a field
    paid = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)
    paid_vat = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, required=False
    )
    voucher = serializers.FileField(required=False)


class ReasonSerializer(serializers.Serializer):
    """Why something is sent back, refused or undone: whoever is concerned reads it."""

    reason = serializers.CharField(max_length=1000)
