"""Sending a quote or an invoice: to whom, in which words, and how it will look."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cae.core import clock
from cae.core.enums import Right
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from invoicing import actions, permissions, queries
from invoicing.actions import Letter, Mailed
from invoicing.enums import InvoiceStatus, MailKind, QuoteStatus
from invoicing.forms.sending import SendingForm
from invoicing.permissions import fetch_invoice, fetch_quote
from invoicing.rules.letters import BLANKS, LINK, Wording, blanks_of, check_wording, filled
from invoicing.views.frame import place


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def send_quote(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Send a draft, or once more the page of a quote that waits for its answer."""
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)
    if quote.status not in (QuoteStatus.DRAFT, QuoteStatus.SENT) or not (
        quote.status == QuoteStatus.SENT or permissions.may_send_alone(request.membership, quote)
    ):
        return redirect(place(request, "quote", pk))

    def send(letter: Letter | None) -> str:
        if quote.status == QuoteStatus.SENT:
            assert letter is not None
            actions.mail_quote_again(quote, letter=letter, by=request.membership)
            return f"Devis envoyé à nouveau à {letter.to[0]}."
        with_mail = letter is not None
        actions.send_quote(
            quote, on=clock.today(), by=request.membership, letter=letter, with_mail=with_mail
        )
        if letter is None:
            return "Devis prêt\u00a0: donnez son lien au client."
        return f"Devis envoyé à {letter.to[0]}."

    context = {
        "title": "Envoyer le devis",
        "is_first": quote.status == QuoteStatus.DRAFT,
        "pill": "Devis",
        "back_url": place(request, "quote", pk),
        "crumbs": [
            ("Devis et factures", place(request, "quotes")),
            (str(quote), place(request, "quote", pk)),
            ("Envoyer", ""),
        ],
    }
    return answer_letter(request, quote, send=send, context=context)


@requires(Right.SELL, Right.VALIDATE_INVOICE)
@require_http_methods(["GET", "POST"])
def send_invoice(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    invoice = fetch_invoice(request.membership, pk, may=permissions.may_send)
    if invoice.status != InvoiceStatus.ISSUED:
        return redirect(place(request, "invoice", pk))
    has_file = actions.ask_for_invoice_pdf(invoice) is not None

    def send(letter: Letter | None) -> str:
        assert letter is not None
        actions.send_invoice(invoice, letter=letter, by=request.membership)
        return f"{invoice.get_kind_display()} en route vers {letter.to[0]}."

    context = {
        "title": f"Envoyer {'l’avoir' if invoice.kind == 'credit_note' else 'la facture'}",
        "attached": f"{invoice.get_kind_display()} {invoice.number}.pdf",
        "file_missing": not has_file,
        "back_url": place(request, "invoice", pk),
        "crumbs": [
            ("Devis et factures", place(request, "invoices")),
            (str(invoice), place(request, "invoice", pk)),
            ("Envoyer", ""),
        ],
    }
    return answer_letter(request, invoice, send=send, context=context)


def answer_letter(
    request: PlaceRequest, document: Mailed, *, send: Any, context: dict[str, Any]
) -> HttpResponse:
    """Show the letter a document leaves with, as it will arrive; `send` takes it once it is said.

    :param context: what the page says beside the letter, and where it goes back to.
    """
    kind = queries.kind_of(document)
    usual = actions.usual_letter(document)
    form = SendingForm(
        request.POST if request.method == "POST" else None,
        initial={
            "to": ", ".join(usual.to),
            "subject": usual.wording.subject,
            "body": usual.wording.body,
        },
    )
    status = 200
    asked = request.POST.get("do", "send") if request.method == "POST" else ""
    if asked == "link":
        return _sent(request, lambda: send(None), context)
    if request.htmx:
        return render(
            request, "invoicing/sending/_preview.html", {"mail": _preview(document, form, kind)}
        )
    if asked == "send":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            has_changed = form.wording != Wording(usual.wording.subject, usual.wording.body)
            letter = Letter(
                to=data["to"],
                copies=data["copies"],
                copy_to_me=data["copy_to_me"],
                wording=form.wording,
                template=f"{usual.template}, corrigé" if has_changed else usual.template,
            )
            try:
                return _sent(request, lambda: send(letter), context)
            except ActionRefused as refusal:
                form.add_error(None, refusal.message)
    return render(
        request,
        "invoicing/sending/send.html",
        {
            **context,
            "form": form,
            "mail": _preview(document, form, kind),
            "blanks": [(name, BLANKS[name]) for name in blanks_of(kind)],
            "templates_url": place(request, "mail_template", kind),
            "may_template": permissions.may_write(request.membership, document),
            "document": document,
        },
        status=status,
    )


def _sent(request: PlaceRequest, send: Any, context: dict[str, Any]) -> HttpResponse:
    with transaction.atomic():
        said = send()
    toast(request, said)
    return redirect(context["back_url"])


def _preview(document: Mailed, form: SendingForm, kind: MailKind) -> dict[str, Any]:
    """Return the mail as it would arrive, or why it cannot leave."""
    typed = form.data if form.is_bound else form.initial
    wording = Wording(typed.get("subject", ""), typed.get("body", "").replace("\r\n", "\n"))
    values = actions.letter_values(document)
    values["numero"] = values["numero"] or "DE-…"
    values[LINK] = f"{settings.SITE_URL}/p/…/devis/"
    said = filled(wording, values)
    problem = ""
    try:
        check_wording(wording, kind=kind)
    except ValueError as error:
        problem = str(error)
    return {
        "from": document.tenant.name,
        "to": typed.get("to", ""),
        "subject": said.subject,
        "body": said.body,
        "problem": problem,
        "kind": kind,
    }
