"""Money of customers: one payment for several invoices, what is left of it, mistakes reversed."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import clock
from cae.core.enums import Right
from cae.core.money import ZERO, euros
from cae.core.pages import form_page, page_of
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from entrepreneurs.labels import told
from invoicing import queries
from invoicing.actions import credits, payments, write_offs
from invoicing.forms.payments import GiveBackForm, ReceiptForm, ReversalForm
from invoicing.models import Payment
from invoicing.models.payments import KEPT, LOST
from invoicing.permissions import (
    fetch_customer,
    fetch_invoice,
    fetch_payment,
    may_record_payment,
)
from invoicing.views.exporting import export_menu
from invoicing.views.frame import done, place

_HERE = {
    "receivables": "À encaisser",
    "payments": "Journal",
    "bank_lines": "Banque",
    "deposits": "Remises en banque",
    "retentions": "Retenues de garantie",
    "closings": "Clôtures",
}


def tabs(request: PlaceRequest, here: str) -> list[dict[str, object]]:
    """Return the parts of the pages of money received."""
    return [
        {"label": label, "count": None, "url": place(request, name), "active": name == here}
        for name, label in _HERE.items()
    ]


@requires(Right.RECORD_PAYMENT)
@require_safe
def journal(request: PlaceRequest, slug: str) -> HttpResponse:
    """Every payment in the order it was written: the journal that the law wants unalterable."""
    search = request.GET.get("q", "").strip()
    rows: QuerySet[Payment] = queries.payments_journal(search)
    page = page_of(request, rows)
    return render(
        request,
        "invoicing/payments/journal.html",
        {
            "tabs": tabs(request, "payments"),
            "page": page,
            "search": search,
            "export": export_menu(request, {"q": search}, "payments"),
            "reversed_ids": queries.reversed_among([payment.pk for payment in page]),
        },
    )


@requires(Right.RECORD_PAYMENT)
@require_safe
def payment(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_payment(request.membership, pk)
    reversal = Payment.objects.filter(reverses=found).first()
    left = queries.left_of(found)
    return render(
        request,
        "invoicing/payments/payment.html",
        {
            "payment": found,
            "settled": queries.settled_by(found),
            "shares": [share for share in queries.shares_of_payment(found.pk) if share.amount > 0],
            "returned": queries.returned_from(found),
            "sources": queries.sources_of(found) if found.amount < 0 else [],
            "left": left,
            "reversal": reversal,
            "deposit": queries.deposit_of(found),
            "may_reverse": reversal is None and not found.reverses_id,
            "trail": told(found) if has_right(request.membership, Right.SEE_AUDIT) else [],
            "crumbs": [("Encaissements", place(request, "payments")), (found.kind, "")],
        },
    )


@requires(Right.RECORD_PAYMENT)
@require_http_methods(["GET", "POST"])
def reverse_payment(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_payment(request.membership, pk)
    form = ReversalForm(request.POST or None, initial={"on": clock.today()})

    def act() -> str:
        opposite = credits.reverse_payment(found, by=request.membership, **form.cleaned_data)
        toast(request, "Contre-passé.")
        return place(request, "payment", opposite.pk)

    return form_page(
        request,
        form,
        act,
        template="invoicing/payments/reverse.html",
        title="Contre-passer un encaissement",
        intro=f"{euros(found.amount)}, {found.customer_name}",
        verb="Contre-passer",
        back=place(request, "payment", pk),
        crumbs=[
            ("Encaissements", place(request, "payments")),
            (found.kind, place(request, "payment", pk)),
            ("Contre-passer", ""),
        ],
        payment=found,
        settled=queries.settled_by(found),
    )


@requires(Right.RECORD_PAYMENT)
@require_http_methods(["GET", "POST"])
def receive(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Write what a customer paid: for several invoices, or for none yet."""
    customer = fetch_customer(request.membership, pk, may=may_record_payment)
    due = list(queries.open_settlements(customer))
    credit = queries.customer_credit(customer)
    form = ReceiptForm(
        request.POST or None,
        due=due,
        initial={"received_on": clock.today(), "bank_account": customer.activity.bank_account_id},
    )

    def act() -> str:
        recorded = payments.receive_payment(customer, by=request.membership, **form.values)
        messages.success(request, f"{euros(recorded.amount)} encaissés de {customer.name}.")
        return place(request, "payment", recorded.pk)

    return form_page(
        request,
        form,
        act,
        template="invoicing/payments/receive.html",
        title="Encaisser",
        intro=customer.name,
        verb="Enregistrer l’encaissement",
        back=place(request, "receivables"),
        crumbs=[("Encaissements", place(request, "receivables")), (customer.name, "")],
        customer=customer,
        rows=form.rows,
        owed=sum((settlement.remaining for settlement in due), ZERO),
        credit=credit,
        is_little=ZERO < credit <= request.cooperative.write_off_ceiling,
        today=clock.today(),
    )


@requires(Right.RECORD_PAYMENT)
@require_POST
def use_credit(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    customer = fetch_customer(request.membership, pk, may=may_record_payment)
    return done(
        request,
        lambda: credits.use_credit(customer, on=clock.today(), by=request.membership),
        said="Crédit imputé sur les factures les plus anciennes.",
        to=place(request, "payment_receive", pk),
    )


@requires(Right.RECORD_PAYMENT)
@require_POST
def write_off(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Settle the little that is left of an invoice, without money."""
    invoice = fetch_invoice(request.membership, pk, may=may_record_payment)
    return done(
        request,
        lambda: write_offs.write_off_invoice(invoice, on=clock.today(), by=request.membership),
        said=f"{invoice.number} est soldée, la différence au compte {LOST}.",
        to=place(request, "receivables"),
    )


@requires(Right.RECORD_PAYMENT)
@require_POST
def write_off_credit(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    customer = fetch_customer(request.membership, pk, may=may_record_payment)
    return done(
        request,
        lambda: write_offs.write_off_credit(customer, on=clock.today(), by=request.membership),
        said=f"Crédit soldé, au compte {KEPT}.",
        to=place(request, "payment_receive", pk),
    )


@requires(Right.RECORD_PAYMENT)
@require_http_methods(["GET", "POST"])
def give_back(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    customer = fetch_customer(request.membership, pk, may=may_record_payment)
    credit = queries.customer_credit(customer)
    form = GiveBackForm(
        request.POST or None, initial={"amount": credit or None, "given_on": clock.today()}
    )

    def act() -> str:
        refund = credits.give_back(customer, by=request.membership, **form.cleaned_data)
        messages.success(request, f"{euros(-refund.amount)} rendus à {customer.name}.")
        return place(request, "payment", refund.pk)

    back = place(request, "payment_receive", pk)
    return form_page(
        request,
        form,
        act,
        template="invoicing/payments/give_back.html",
        title="Rendre au client",
        intro=f"{customer.name}, {euros(credit)} de crédit",
        verb="Enregistrer le remboursement",
        back=back,
        crumbs=[
            ("Encaissements", place(request, "receivables")),
            (customer.name, back),
            ("Rendre", ""),
        ],
    )
