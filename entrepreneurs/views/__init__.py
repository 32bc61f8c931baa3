from entrepreneurs.views.access import invitation, invite_person
from entrepreneurs.views.activities import (
    ceiling,
    new_activity,
    own_reserve,
    person_ceiling,
    sharing,
)
from entrepreneurs.views.cards import activity_card
from entrepreneurs.views.contracts import end_contract, leave, new_contract, new_step
from entrepreneurs.views.insurances import (
    insurance_list,
    insurance_pdf,
    new_insurance,
    set_building,
    withdraw_insurance,
)
from entrepreneurs.views.own import own_iban, own_path
from entrepreneurs.views.people import change_iban, edit_person, new_person, people_list, record

__all__ = [
    "activity_card",
    "ceiling",
    "change_iban",
    "edit_person",
    "end_contract",
    "insurance_list",
    "insurance_pdf",
    "invitation",
    "invite_person",
    "leave",
    "new_activity",
    "new_contract",
    "new_insurance",
    "new_person",
    "new_step",
    "own_iban",
    "own_path",
    "own_reserve",
    "people_list",
    "person_ceiling",
    "record",
    "set_building",
    "sharing",
    "withdraw_insurance",
]
