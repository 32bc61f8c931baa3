"""Addresses of sales and expenses, inside a cooperative."""

from django.urls import path

from invoicing.views import expenses, inbox, payments

app_name = "invoicing"

expense_urls = [
    path("depenses/", expenses.expense_sheets, name="sheets"),
    path("depenses/nouvelle/", expenses.new_expense, name="expense_new"),
    path("depenses/trajet/", expenses.new_journey, name="journey_new"),
    path("depenses/<int:pk>/", expenses.expense_sheet, name="sheet"),
    path("depenses/<int:pk>/envoyer/", expenses.submit, name="sheet_submit"),
    path("depenses/<int:pk>/reprendre/", expenses.withdraw, name="sheet_withdraw"),
    path("depenses/<int:pk>/<int:line_pk>/", expenses.voucher, name="voucher"),
    path("depenses/<int:pk>/<int:line_pk>/joindre/", expenses.add_voucher, name="voucher_add"),
    path("depenses/<int:pk>/<int:line_pk>/retirer/", expenses.remove_line, name="line_remove"),
]

staff_urls = [
    path("a-valider/", inbox.inbox, name="inbox"),
    path("a-valider/accepter/", inbox.accept, name="inbox_accept"),
    path("a-valider/refuser/", inbox.refuse, name="inbox_refuse"),
    path("encaissements/", payments.receivables, name="receivables"),
    path("encaissements/<int:pk>/", payments.record, name="payment_record"),
    path("remboursements/", payments.refunds, name="refunds"),
    path("remboursements/<int:pk>/", payments.refund, name="refund"),
]

urlpatterns = [*expense_urls, *staff_urls]
