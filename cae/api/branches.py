"""The branches of the cooperative, that its activities answer to."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cae.api.base import Resource
from cae.core.enums import Right
from cae.core.permissions import has_right
from entrepreneurs import actions
from entrepreneurs.models import Branch


class BranchSerializer(serializers.ModelSerializer):
    class Meta:
        model = Branch
        fields = ["id", "name", "town", "is_archived"]
        read_only_fields = fields


class BranchWordsSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=60)
    town = serializers.CharField(max_length=60, allow_blank=True, default="")


class Branches(Resource):
    """Who configures the cooperative writes them; the staff that reads its sales reads them."""

    rights = (Right.CONFIGURE, Right.MANAGE_PEOPLE, Right.SEE_PEOPLE, Right.SEE_SALES)
    serializer_class = BranchSerializer

    def get_queryset(self):
        return Branch.objects.order_by("name", "id")

    @extend_schema(request=BranchWordsSerializer, responses={201: BranchSerializer})
    def create(self, request: Request) -> Response:
        self._refuse_others()
        words = self._words(request)
        return self.created_once(request, lambda: actions.add_branch(**words, by=self.membership))

    @extend_schema(request=BranchWordsSerializer, responses=BranchSerializer)
    def update(self, request: Request, pk: str) -> Response:
        self._refuse_others()
        words = self._words(request)
        return self.answer(actions.change_branch(self.get_object(), **words, by=self.membership))

    @extend_schema(request=None, responses=BranchSerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: str) -> Response:
        """Offer it no more; the activities that answer to it keep it."""
        self._refuse_others()
        return self.answer(actions.archive_branch(self.get_object(), by=self.membership))

    @extend_schema(request=None, responses=BranchSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Offer it again."""
        self._refuse_others()
        return self.answer(actions.restore_branch(self.get_object(), by=self.membership))

    def _refuse_others(self) -> None:
        if not has_right(self.membership, Right.CONFIGURE):
            raise Http404

    def _words(self, request: Request) -> dict[str, str]:
        form = BranchWordsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return form.validated_data
