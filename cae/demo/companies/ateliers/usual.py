"""Expenses that most people have."""

from cae.demo.cast import Spending

PHONE = Spending(code="phone", label="Forfait mobile", low=16, high=22, often=90)
MEAL = Spending(code="meals", label="Déjeuner client", low=22, high=58, often=45, vat=10)
TRAIN = Spending(code="train", label="Train", low=36, high=128, often=35, vat=10)
