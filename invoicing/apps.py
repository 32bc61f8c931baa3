from django.apps import AppConfig


class InvoicingConfig(AppConfig):
    name = "invoicing"
    verbose_name = "Facturation"

    def ready(self) -> None:
        """Answer for the debts of this floor when accounting pays them by transfer."""
        from accounting.actions import Debts, answer_for
        from accounting.enums import TransferKind
        from invoicing.actions import transfers

        answer_for(TransferKind.EXPENSES, Debts(transfers.payees_of, transfers.settle))
