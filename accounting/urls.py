"""Addresses of the books, under /c/<slug>/; `cae.urls` puts them in `accounting`."""

from django.urls import path

from accounting import views

urlpatterns = [
    path("comptabilite/", views.books, name="books"),
    path("comptabilite/balance.csv", views.books_csv, name="books_csv"),
    path("comptabilite/comptes/<str:number>/", views.account, name="account"),
    path("comptabilite/comptes/<str:number>/lignes.csv", views.account_csv, name="account_csv"),
    path("comptabilite/journal/", views.journal, name="journal"),
    path("comptabilite/ecritures/<int:pk>/", views.entry, name="entry"),
    path("comptabilite/a-payer/", views.dues, name="dues"),
    path("comptabilite/a-payer/<str:due>/<str:month>/", views.pay_due, name="pay_due"),
    path("comptabilite/contributions/", views.contributions, name="contributions"),
    path("comptabilite/contributions.csv", views.contributions_csv, name="contributions_csv"),
    path("comptabilite/comptes-propres/", views.own_accounts, name="own_accounts"),
    path("comptabilite/comptes-propres/<int:pk>/", views.choose_accounts, name="choose_accounts"),
    path("comptabilite/plan/nouveau/", views.new_account, name="new_account"),
    path("comptabilite/clotures/", views.closings, name="closings"),
    path("comptabilite/clotures/<str:month>/", views.close_month, name="close_month"),
]
