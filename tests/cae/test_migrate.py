"""Migrations render a model again for its own columns, and its neighbours when they are asked."""

from __future__ import annotations

from django.db import connections, migrations, models
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


def a_shop_with_a_sale() -> ProjectState:
    state = ProjectState()
    key = ("id", models.IntegerField(primary_key=True))
    shop = models.ForeignKey("shop.Shop", models.CASCADE)
    state.add_model(ModelState("shop", "Shop", [key]))
    state.add_model(ModelState("shop", "Sale", [("id", models.AutoField(primary_key=True))]))
    assert state.apps.get_model("shop", "shop")
    migrations.AddField("sale", "shop", shop).state_forwards("shop", state)
    return state


class Editor:
    """Notes who points to the model as the operation reaches it."""

    connection = connections["owner"]

    def alter_field(self, model, *fields) -> None:
        self.found = {relation.related_model.__name__ for relation in model._meta.related_objects}


def test_a_column_leaves_the_neighbours_as_they_are():
    with rendering_only_columns():
        state = a_shop_with_a_sale()
        shop, sale = (state.apps.get_model("shop", name) for name in ("shop", "sale"))
        named = migrations.AddField("shop", "name", models.TextField(default=""))
        named.state_forwards("shop", state)

    assert state.apps.get_model("shop", "shop") is not shop
    assert state.apps.get_model("shop", "sale") is sale


def test_a_key_that_changes_finds_who_points_to_it():
    """PostgreSQL refuses to change a key under the constraint of another table."""
    wider = migrations.AlterField("shop", "id", models.BigIntegerField(primary_key=True))
    editor = Editor()
    with rendering_only_columns():
        after = a_shop_with_a_sale()
        before = after.clone()
        wider.state_forwards("shop", after)
        wider.database_forwards("shop", editor, before, after)

    assert editor.found == {"Sale"}


def test_elsewhere_django_is_as_it_was():
    state, sale = rendered_sale()

    with rendering_only_columns():
        pass
    ADDED.state_forwards("shop", state)

    assert state.apps.get_model("shop", "sale") is not sale
