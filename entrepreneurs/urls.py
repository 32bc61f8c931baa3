"""Addresses of people, under /c/<slug>/."""

from django.urls import path

from entrepreneurs import views

app_name = "entrepreneurs"

urlpatterns = [
    path("entrepreneurs/", views.people_list, name="people"),
    path("entrepreneurs/nouveau/", views.new_person, name="new_person"),
    path("entrepreneurs/<int:pk>/", views.record, name="person"),
    path("entrepreneurs/<int:pk>/corriger/", views.edit_person, name="edit_person"),
    path("entrepreneurs/<int:pk>/iban/", views.change_iban, name="change_iban"),
    path("entrepreneurs/<int:pk>/plafond/", views.person_ceiling, name="person_ceiling"),
    path("entrepreneurs/<int:pk>/contrat/", views.new_contract, name="new_contract"),
    path("entrepreneurs/<int:pk>/etape/", views.new_step, name="new_step"),
    path("entrepreneurs/<int:pk>/sortie/", views.leave, name="leave"),
    path("entrepreneurs/<int:pk>/enseigne/", views.new_activity, name="new_activity"),
    path("entrepreneurs/<int:pk>/invitation/", views.invite_person, name="invite_person"),
    path("contrats/<int:pk>/fin/", views.end_contract, name="end_contract"),
    path("enseignes/<int:pk>/partage/", views.sharing, name="sharing"),
    path("enseignes/<int:pk>/plafond/", views.ceiling, name="ceiling"),
    path("enseignes/<int:pk>/carte/", views.activity_card, name="card"),
    path("assurances/", views.insurance_list, name="insurances"),
    path("assurances/nouvelle/", views.new_insurance, name="new_insurance"),
    path("assurances/batiment/", views.set_building, name="set_building"),
    path("assurances/<int:pk>/pdf/", views.insurance_pdf, name="insurance_pdf"),
    path("assurances/<int:pk>/retirer/", views.withdraw_insurance, name="withdraw_insurance"),
    path("mon-parcours/", views.own_path, name="path"),
    path("mon-parcours/iban/", views.own_iban, name="own_iban"),
    path("mon-parcours/reserve/<int:pk>/", views.own_reserve, name="own_reserve"),
]
