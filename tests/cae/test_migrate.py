"""Migrations render a model again for its columns, not for its constraints."""

from __future__ import annotations

from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState

from cae.management.commands.migrate import rendering_only_columns

POSITIVE = models.CheckConstraint(condition=models.Q(amount__gt=0), name="positive")
ADDED = migrations.AddConstraint("sale", POSITIVE)


def rendered_sale() -> tuple[ProjectState, type[models.Model]]:
    state = ProjectState()
    fields = [("id", models.BigAutoField(primary_key=True)), ("amount", models.IntegerField())]
    state.add_model(ModelState("shop", "Sale", fields))
    return state, state.apps.get_model("shop", "sale")


def test_a_constraint_is_declared_without_rendering_its_model_again():
    state, sale = rendered_sale()

    with rendering_only_columns():
        ADDED.state_forwards("shop", state)

    assert state.apps.get_model("shop", "sale") is sale
    assert sale._meta.constraints == [POSITIVE]
    assert state.models["shop", "sale"].options["constraints"] == [POSITIVE]


def test_a_column_renders_its_model_and_keeps_its_constraint():
    state, sale = rendered_sale()
    named = migrations.AddField("sale", "name", models.TextField(default=""))

    with rendering_only_columns():
        ADDED.state_forwards("shop", state)
        named.state_forwards("shop", state)

    renewed = state.apps.get_model("shop", "sale")
    assert renewed is not sale
    assert renewed._meta.constraints == [POSITIVE]


def test_elsewhere_django_is_as_it_was():
    state, sale = rendered_sale()

    with rendering_only_columns():
        pass
    ADDED.state_forwards("shop", state)

    assert state.apps.get_model("shop", "sale") is not sale
