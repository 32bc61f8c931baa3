"""The payslip as a PDF: what it says, in which order, and the same to the byte."""

import io
import re
from datetime import date
from decimal import Decimal
from hashlib import sha256

from pypdf import PdfReader

from cae.core import documents
from cae.core.money import euros
from cae.core.periods import Month
from payroll.actions import choose_salary, store_payslip, validate_payslips
from payroll.documents.payslip import payslip_name, payslip_pdf
from payroll.enums import SalaryMode
from payroll.models import Payslip
from tests.payroll.makers import NOVEMBER, ON, activity_of, make_run, paid_month, receive
from tests.plugins.planted import planted

OCTOBER, EARLY = Month(2026, 10), date(2026, 10, 20)


@planted
def payslip(camille):
    run = make_run()
    validate_payslips(run, [run.payslips.get().pk], on=ON, by=None)
    return Payslip.objects.get()


def text_of(content: bytes) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return re.sub(r"\s+", " ", text)


def test_a_payslip_says_everything_in_the_legal_order(payslip):
    content = payslip_pdf(payslip)

    text = text_of(content)
    assert len(PdfReader(io.BytesIO(content)).pages) == 1
    places = [
        text.index(words)
        for words in (
            "Montant brut",
            "Cotisations et contributions sociales obligatoires",
            "Santé",
            "Retraite",
            "Assurance chômage",
            "Autres charges dues par l’employeur",
            "CSG déductible",
            "Total des cotisations",
            "Exonérations et allègements",
            "Montant net social",
            "Remboursements et déductions",
            "Net à payer avant impôt",
            "Montant net imposable",
            "Montant net payé",
            "Total versé par l’employeur",
        )
    ]
    assert places == sorted(places)
    for amount in (payslip.gross, payslip.net_paid, payslip.net_social, payslip.cost):
        assert euros(amount).replace("\u00a0", " ") in text
    assert "chiffre d’affaires" in text
    assert "2 55 08 14 168 025 38" in text
    assert "sans limitation de durée" in text


def test_the_longest_payslip_stays_on_one_page(camille):
    """A high pay that regularises a year has every line there is."""
    receive(activity_of(camille), "15000")
    choose_salary(camille, OCTOBER, mode=SalaryMode.GROSS, amount=Decimal(2500), on=EARLY, by=None)
    paid_month(OCTOBER)
    choose_salary(camille, NOVEMBER, mode=SalaryMode.ALL, on=ON, by=None)
    run = make_run()
    Payslip.objects.filter(run=run).update(to_check=0, controls=[])
    validate_payslips(run, [run.payslips.get().pk], on=ON, by=None)

    content = payslip_pdf(run.payslips.get())

    assert "tranche 2" in text_of(content)
    assert len(PdfReader(io.BytesIO(content)).pages) == 1


def test_the_bytes_are_the_same_each_time(payslip):
    again = Payslip.objects.get()

    assert payslip_pdf(payslip) == payslip_pdf(again)


def test_it_is_kept_once_with_its_fingerprint(payslip):
    stored = store_payslip(payslip.pk)
    again = store_payslip(payslip.pk)

    assert stored.document == again.document
    content = documents.content_of(stored.document)
    assert sha256(content).hexdigest() == stored.document.sha256
    assert stored.document.entrepreneur_id == payslip.entrepreneur_id
    assert stored.document.name == payslip_name(payslip)
    assert payslip_name(payslip) == "bulletin-2026-11-camille-fournier.pdf"
