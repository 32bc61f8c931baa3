"""Addresses of pay, inside a cooperative."""

from django.urls import path

from payroll.views import payslips, runs, salaries, terms

app_name = "payroll"

own_urls = [
    path("salaires/", salaries.salaries, name="salaries"),
    path("salaires/apercu/", salaries.preview, name="salary_preview"),
    path("salaires/<int:pk>/", salaries.own_payslip, name="own_payslip"),
    path("salaires/<int:pk>/pdf/", salaries.own_payslip_pdf, name="own_payslip_pdf"),
]

staff_urls = [
    path("paie/", runs.runs, name="runs"),
    path("paie/ouvrir/", runs.open_run, name="open"),
    path("paie/reglages/", terms.terms, name="terms"),
    path("paie/reglages/changer/", terms.set_terms, name="set_terms"),
    path("paie/<int:pk>/", runs.run, name="run"),
    path("paie/<int:pk>/calculer/", runs.compute, name="compute"),
    path("paie/<int:pk>/valider/", runs.validate, name="validate"),
    path("paie/<int:pk>/payer/", runs.pay, name="pay"),
    path("paie/<int:pk>/reprendre/", runs.take_back, name="take_back"),
    path("paie/<int:pk>/produire/", runs.produce, name="produce"),
    path("paie/<int:pk>/progression/", runs.progress, name="progress"),
    path("paie/<int:pk>/bulletins.zip", runs.archive, name="archive"),
    path("paie/<int:pk>/export.csv", runs.export, name="export"),
    path("paie/virements/<int:pk>/", runs.transfers, name="transfers"),
    path("paie/virements/<int:pk>/retirer/", runs.withdraw, name="withdraw"),
    path("paie/bulletins/<int:pk>/", payslips.payslip, name="payslip"),
    path("paie/bulletins/<int:pk>/verifier/", payslips.check, name="check"),
    path("paie/bulletins/<int:pk>/corriger/", payslips.correct, name="correct"),
    path("paie/bulletins/<int:pk>/valider/", payslips.validate_one, name="validate_one"),
    path("paie/bulletins/<int:pk>/reprendre/", payslips.take_back_one, name="take_back_one"),
    path("paie/bulletins/<int:pk>/pdf/", payslips.payslip_pdf, name="payslip_pdf"),
]

urlpatterns = [*own_urls, *staff_urls]
