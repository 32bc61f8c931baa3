"""Addresses of sales and expenses, inside a cooperative."""

from django.urls import path

from invoicing.views import (
    account_changes,
    activity_closing,
    attachments,
    bank,
    billing,
    catalogue,
    certificates,
    closings,
    contacts,
    contribution_rates,
    customer_editing,
    customers,
    deals,
    deposits,
    drafts,
    einvoices,
    expense_types,
    expenses,
    exporting,
    filing,
    folder_types,
    folders,
    importing,
    inbox,
    internal_orders,
    invoices,
    mail_templates,
    memos,
    numbering,
    order_book,
    payments,
    personal_services,
    public,
    quote_life,
    quotes,
    receipted,
    receipts,
    recurrences,
    reminders,
    retentions,
    sending,
    statements,
    transfers,
    transmissions,
    vouchers,
    wording,
)

app_name = "invoicing"

mail_urls = [
    path("ventes/messages/", mail_templates.mail_templates, name="mail_templates"),
    path("ventes/messages/<slug:kind>/", mail_templates.mail_template, name="mail_template"),
]

_CERTIFICATE = "ventes/attestations/<int:pk>/"
certificate_urls = [
    path("ventes/attestations/", certificates.certificates, name="certificates"),
    path("ventes/attestations/etat/", certificates.certificates_state, name="certificates_state"),
    path("ventes/attestations/faire/", certificates.make_certificates, name="certificates_make"),
    path(
        "ventes/attestations/<int:year>/<int:customer_pk>/",
        certificates.make_certificate,
        name="certificate_make",
    ),
    path(_CERTIFICATE, certificates.certificate, name="certificate"),
    path(f"{_CERTIFICATE}envoyer/", certificates.send_certificate, name="certificate_send"),
    path(f"{_CERTIFICATE}pdf/", certificates.certificate_pdf, name="certificate_pdf"),
    path(
        f"{_CERTIFICATE}pdf/etat/", certificates.certificate_pdf_state, name="certificate_pdf_state"
    ),
    path("reglages/services-a-la-personne/", personal_services.services, name="services"),
    path(
        "reglages/services-a-la-personne/<int:pk>/",
        personal_services.service_kind,
        name="service_kind",
    ),
    path(
        "reglages/services-a-la-personne/enseignes/<int:pk>/",
        personal_services.activity_services,
        name="activity_services",
    ),
]

expense_urls = [
    path("depenses/", expenses.expense_sheets, name="sheets"),
    path("depenses/nouvelle/", expenses.new_expense, name="expense_new"),
    path("depenses/trajet/", expenses.new_journey, name="journey_new"),
    path("depenses/types/", expense_types.expense_types, name="expense_types"),
    path("depenses/types/<int:pk>/", expense_types.edit_expense_type, name="expense_type"),
    path("depenses/<int:pk>/", expenses.expense_sheet, name="sheet"),
    path("depenses/<int:pk>/envoyer/", expenses.submit, name="sheet_submit"),
    path("depenses/<int:pk>/reprendre/", expenses.withdraw, name="sheet_withdraw"),
    path("depenses/<int:pk>/<int:line_pk>/", vouchers.voucher, name="voucher"),
    path("depenses/<int:pk>/<int:line_pk>/apercu/", vouchers.shown_voucher, name="voucher_shown"),
    path(
        "depenses/<int:pk>/<int:line_pk>/pages/<int:rank>/",
        vouchers.voucher_page,
        name="voucher_page",
    ),
    path("depenses/<int:pk>/<int:line_pk>/joindre/", expenses.add_voucher, name="voucher_add"),
    path("depenses/<int:pk>/<int:line_pk>/retirer/", expenses.remove_line, name="line_remove"),
]

staff_urls = [
    path("reglages/numerotation/", numbering.numbering, name="numbering"),
    path("a-valider/", inbox.inbox, name="inbox"),
    path("a-valider/accepter/", inbox.accept, name="inbox_accept"),
    path("a-valider/refuser/", inbox.refuse, name="inbox_refuse"),
    path("encaissements/", payments.receivables, name="receivables"),
    path("encaissements/<int:pk>/", payments.record, name="payment_record"),
    path("encaissements/clients/<int:pk>/", receipts.receive, name="payment_receive"),
    path("encaissements/clients/<int:pk>/imputer/", receipts.use_credit, name="credit_use"),
    path("encaissements/<int:pk>/solder/", receipts.write_off, name="write_off"),
    path(
        "encaissements/clients/<int:pk>/solder/", receipts.write_off_credit, name="credit_write_off"
    ),
    path("encaissements/clients/<int:pk>/rendre/", receipts.give_back, name="credit_give_back"),
    path("encaissements/journal/", receipts.journal, name="payments"),
    path("encaissements/retenues/", retentions.retentions, name="retentions"),
    path("encaissements/retenues/<int:pk>/", retentions.retention, name="retention"),
    path(
        "encaissements/retenues/<int:pk>/reception/",
        retentions.accept_works,
        name="retention_works",
    ),
    path(
        "encaissements/retenues/<int:pk>/opposition/",
        retentions.contest,
        name="retention_opposition",
    ),
    path(
        "encaissements/retenues/<int:pk>/mainlevee/",
        retentions.release,
        name="retention_release",
    ),
    path("encaissements/journal/<int:pk>/", receipts.payment, name="payment"),
    path(
        "encaissements/journal/<int:pk>/contre-passer/",
        receipts.reverse_payment,
        name="payment_reverse",
    ),
    path("encaissements/remises/", deposits.deposits, name="deposits"),
    path("encaissements/remises/remplir/", deposits.fill, name="deposit_fill"),
    path("encaissements/remises/<int:pk>/", deposits.deposit, name="deposit"),
    path("encaissements/remises/<int:pk>/fermer/", deposits.close, name="deposit_close"),
    path(
        "encaissements/remises/<int:pk>/retirer/<int:payment_pk>/",
        deposits.take_out,
        name="deposit_take_out",
    ),
    path("encaissements/remises/<int:pk>/pdf/", deposits.slip, name="deposit_slip"),
    path(
        "encaissements/remises/<int:pk>/pdf/etat/", deposits.slip_state, name="deposit_slip_state"
    ),
    path("encaissements/banque/", bank.lines, name="bank_lines"),
    path("encaissements/banque/accepter/", bank.accept, name="bank_accept"),
    path("encaissements/banque/releves/", bank.deposit, name="bank_deposit"),
    path("encaissements/banque/<int:pk>/", bank.line, name="bank_line"),
    path("encaissements/banque/<int:pk>/encaisser/", bank.match, name="bank_match"),
    path(
        "encaissements/banque/<int:pk>/encaissement/<int:payment_pk>/",
        bank.match_payment,
        name="bank_match_payment",
    ),
    path("encaissements/banque/<int:pk>/mettre-de-cote/", bank.set_aside, name="bank_set_aside"),
    path("encaissements/banque/<int:pk>/reprendre/", bank.take_up_again, name="bank_take_up"),
    path("encaissements/clotures/", closings.closings, name="closings"),
    path("encaissements/clotures/verifier/", closings.verify, name="closings_verify"),
    path("encaissements/archives/<int:pk>/", closings.archive, name="year_archive"),
    path("encaissements/attestation/", closings.attestation, name="attestation"),
    path("relances/", reminders.late, name="reminders"),
    path("relances/factures/<int:pk>/", reminders.remind, name="reminder"),
    path("relances/factures/<int:pk>/pause/", reminders.hold, name="reminder_hold"),
    path(
        "relances/factures/<int:pk>/pause/<int:hold_pk>/reprendre/",
        reminders.lift,
        name="reminder_lift",
    ),
    path("relances/niveaux/", reminders.levels, name="reminder_levels"),
    path("relances/niveaux/<int:pk>/", reminders.level, name="reminder_level"),
    path("relances/niveaux/<int:pk>/essai/", reminders.level_test, name="reminder_level_test"),
    path("clients/<int:pk>/releve/", statements.statement, name="statement"),
    path("clients/<int:pk>/releve/envoyer/", statements.send_statement, name="statement_send"),
    path("clients/<int:pk>/releve/pdf/", statements.statement_pdf, name="statement_pdf"),
    path(
        "clients/<int:pk>/releve/pdf/etat/",
        statements.statement_pdf_state,
        name="statement_pdf_state",
    ),
    path("remboursements/", payments.refunds, name="refunds"),
    path("remboursements/<int:pk>/", payments.refund, name="refund"),
    path("virements/", transfers.transfers, name="transfers"),
    path("virements/preparer/", transfers.fill, name="batch_fill"),
    path("virements/lots/<int:pk>/", transfers.batch, name="batch"),
    path(
        "virements/lots/<int:pk>/retirer/<int:transfer_pk>/",
        transfers.take_out,
        name="batch_take_out",
    ),
    path("virements/lots/<int:pk>/fermer/", transfers.close, name="batch_close"),
    path("virements/lots/<int:pk>/fichier/", transfers.file, name="batch_file"),
    path("virements/lots/<int:pk>/executer/", transfers.execute, name="batch_execute"),
    path("virements/lots/<int:pk>/annuler/", transfers.cancel, name="batch_cancel"),
]

activity_urls = [
    path("enseignes/<int:pk>/fermer/", activity_closing.close, name="activity_close"),
    path("enseignes/<int:pk>/rouvrir/", activity_closing.reopen, name="activity_reopen"),
]

customer_urls = [
    path("clients/", customers.customers, name="customers"),
    path("clients/nouveau/", customer_editing.new_customer, name="customer_new"),
    path("clients/importer/", importing.import_customers, name="customer_import_new"),
    path("clients/importer/modele/", importing.import_template, name="customer_import_template"),
    path("clients/importer/<int:pk>/", importing.customer_import, name="customer_import"),
    path(
        "clients/importer/<int:pk>/etat/",
        importing.customer_import_state,
        name="customer_import_state",
    ),
    path(
        "clients/importer/<int:pk>/appliquer/",
        importing.apply_import,
        name="customer_import_apply",
    ),
    path(
        "clients/importer/<int:pk>/refus/",
        importing.import_report,
        name="customer_import_report",
    ),
    path("clients/<int:pk>/", customers.customer, name="customer"),
    path("clients/<int:pk>/contacts/nouveau/", contacts.new_contact, name="contact_new"),
    path("clients/<int:pk>/contacts/<int:contact_pk>/", contacts.edit_contact, name="contact"),
    path(
        "clients/<int:pk>/contacts/<int:contact_pk>/retirer/",
        contacts.remove_contact,
        name="contact_remove",
    ),
    path("clients/<int:pk>/compte-tiers/", contacts.party_account, name="customer_account"),
    path("clients/<int:pk>/modifier/", customer_editing.edit_customer, name="customer_edit"),
    path("clients/<int:pk>/archiver/", customers.archive_customer, name="customer_archive"),
    path("clients/<int:pk>/restaurer/", customers.restore_customer, name="customer_restore"),
    path("clients/<int:pk>/supprimer/", customers.delete_customer, name="customer_delete"),
    path("clients/<int:pk>/anonymiser/", customers.anonymise_customer, name="customer_anonymise"),
    path("clients/<int:pk>/donnees/", customers.customer_data, name="customer_data"),
    path("exporter/<slug:kind>/", exporting.export, name="export"),
    path("memos/<str:kind>/<int:pk>/", memos.write, name="memo_write"),
    path("memos/<int:pk>/epingler/", memos.pin, name="memo_pin"),
    path("memos/<int:pk>/retirer/", memos.remove, name="memo_remove"),
]

catalogue_urls = [
    path("ventes/mentions/", wording.mentions, name="mentions"),
    path("ventes/mentions/nouvelle/", wording.new_mention, name="mention_new"),
    path("ventes/mentions/<int:pk>/", wording.edit_mention, name="mention"),
    path("ventes/mentions/<int:pk>/archiver/", wording.archive_mention, name="mention_archive"),
    path("ventes/conditions/", wording.terms, name="terms"),
    path("ventes/conditions/<int:pk>/pdf/", wording.terms_pdf, name="terms_pdf"),
    path("ventes/saisies/<int:pk>/abandonner/", drafts.drop, name="input_drop"),
    path("ventes/catalogue/", catalogue.catalogue, name="catalogue"),
    path("ventes/catalogue/nouveau/", catalogue.new_item, name="item_new"),
    path("ventes/catalogue/<int:pk>/", catalogue.edit_item, name="item"),
    path("ventes/catalogue/<int:pk>/archiver/", catalogue.archive_item, name="item_archive"),
    path("ventes/catalogue/<int:pk>/reprendre/", catalogue.restore_item, name="item_restore"),
]

quote_urls = [
    path("ventes/devis/", quotes.quotes, name="quotes"),
    path("ventes/devis/nouveau/", quotes.new_quote, name="quote_new"),
    path("ventes/devis/<int:pk>/", quotes.quote, name="quote"),
    path("ventes/devis/<int:pk>/modifier/", quotes.edit_quote, name="quote_edit"),
    path("ventes/devis/<int:pk>/envoyer/", sending.send_quote, name="quote_send"),
    path("ventes/devis/<int:pk>/lien/", quote_life.share_quote, name="quote_share"),
    path("ventes/devis/<int:pk>/reprendre/", quote_life.reopen_quote, name="quote_reopen"),
    path("ventes/devis/<int:pk>/soumettre/", quote_life.submit_quote, name="quote_submit"),
    path("ventes/devis/<int:pk>/retirer/", quote_life.take_back_quote, name="quote_take_back"),
    path("ventes/devis/<int:pk>/annuler/", quote_life.withdraw_quote, name="quote_withdraw"),
    path("ventes/devis/<int:pk>/accord/", quote_life.accept_quote, name="quote_accept"),
    path("ventes/devis/<int:pk>/accord/pdf/", quote_life.agreement, name="quote_agreement"),
    path("ventes/devis/<int:pk>/repondre/", quote_life.answer, name="quote_answer"),
    path("ventes/devis/<int:pk>/versions/<int:number>/", quote_life.version, name="quote_version"),
    path(
        "ventes/devis/<int:pk>/versions/<int:number>/pdf/",
        quote_life.version_pdf,
        name="quote_version_pdf",
    ),
    path(
        "ventes/devis/<int:pk>/versions/<int:number>/pdf/etat/",
        quote_life.version_pdf_state,
        name="quote_version_pdf_state",
    ),
    path("ventes/devis/<int:pk>/facturer/", quotes.invoice_quote, name="quote_invoice"),
    path("ventes/devis/<int:pk>/facturation/", billing.plan, name="quote_plan"),
    path("ventes/devis/<int:pk>/facturation/acompte/", billing.deposit, name="quote_plan_deposit"),
    path(
        "ventes/devis/<int:pk>/facturation/situation/",
        billing.situation,
        name="quote_plan_situation",
    ),
    path("ventes/devis/<int:pk>/facturation/solde/", billing.rest, name="quote_plan_rest"),
    path(
        "ventes/devis/<int:pk>/facturation/<int:instalment_pk>/",
        billing.instalment,
        name="quote_plan_instalment",
    ),
    path("ventes/devis/<int:pk>/echeancier/", billing.schedule, name="quote_schedule"),
    path(
        "ventes/devis/<int:pk>/contribution/",
        contribution_rates.rate,
        {"sort": "quote"},
        name="quote_rate",
    ),
    path("ventes/devis/<int:pk>/retenue/", retentions.agree, name="quote_retention"),
    path("ventes/devis/<int:pk>/dupliquer/", quotes.duplicate_quote, name="quote_duplicate"),
    path("ventes/devis/<int:pk>/supprimer/", quotes.discard_quote, name="quote_discard"),
    path("ventes/brouillons/<int:pk>/retablir/", drafts.restore, name="draft_restore"),
    path("ventes/devis/<int:pk>/pdf/", quotes.quote_pdf, name="quote_pdf"),
    path("ventes/devis/<int:pk>/pdf/etat/", quotes.quote_pdf_state, name="quote_pdf_state"),
]

book_urls = [path("ventes/carnet/", order_book.order_book, name="order_book")]

_DEAL = "ventes/affaires/<int:pk>/"
deal_urls = [
    path("ventes/affaires/", deals.deals, name="deals"),
    path("ventes/affaires/nouvelle/", deals.new_deal, name="deal_new"),
    path(_DEAL, deals.deal, name="deal"),
    path(f"{_DEAL}ajouter/", deals.link, name="deal_link"),
    path(f"{_DEAL}retirer/<int:item_pk>/", deals.unlink, name="deal_unlink"),
    path(f"{_DEAL}clore/", deals.close, name="deal_close"),
    path(f"{_DEAL}reprendre/", deals.reopen, name="deal_reopen"),
]

_FOLDER = "ventes/dossiers/<int:pk>/"
folder_urls = [
    path("ventes/dossiers/", folders.folders, name="folders"),
    path("ventes/dossiers/nouveau/", folders.new_folder, name="folder_new"),
    path("ventes/dossiers/types/", folder_types.types, name="folder_types"),
    path("ventes/dossiers/types/nouveau/", folder_types.new_folder_type, name="folder_type_new"),
    path("ventes/dossiers/types/<int:pk>/", folder_types.edit_folder_type, name="folder_type"),
    path(
        "ventes/affaires/types/nouveau/",
        folder_types.new_business_type,
        name="business_type_new",
    ),
    path("ventes/affaires/types/<int:pk>/", folder_types.edit_business_type, name="business_type"),
    path(_FOLDER, folders.folder, name="folder"),
    path(f"{_FOLDER}modifier/", folders.edit_folder, name="folder_edit"),
    path(f"{_FOLDER}archiver/", folders.archive, name="folder_archive"),
    path(f"{_FOLDER}reprendre/", folders.restore, name="folder_restore"),
    path(f"{_FOLDER}supprimer/", folders.delete_folder, name="folder_delete"),
    path(f"{_FOLDER}phases/", folders.add_phase, name="folder_phase"),
    path(
        f"{_FOLDER}phases/<int:phase_pk>/retirer/",
        folders.remove_phase,
        name="folder_phase_remove",
    ),
    path(f"{_FOLDER}fichiers/", folders.add_file, name="folder_files"),
    path(f"{_FOLDER}fichiers/<int:file_pk>/", folders.file, name="folder_file"),
    path(
        f"{_FOLDER}fichiers/<int:file_pk>/retirer/",
        folders.remove_file,
        name="folder_file_remove",
    ),
    path("ventes/classer/<slug:sort>/<int:pk>/", filing.file_it, name="filing"),
]

_RECURRENCE = "ventes/recurrentes/<int:pk>/"
recurrence_urls = [
    path("ventes/recurrentes/", recurrences.recurrences, name="recurrences"),
    path("ventes/recurrentes/nouvelle/", recurrences.new_recurrence, name="recurrence_new"),
    path(_RECURRENCE, recurrences.recurrence, name="recurrence"),
    path(f"{_RECURRENCE}modifier/", recurrences.edit_recurrence, name="recurrence_edit"),
    path(f"{_RECURRENCE}pause/", recurrences.pause, name="recurrence_pause"),
    path(f"{_RECURRENCE}reprendre/", recurrences.resume, name="recurrence_resume"),
    path(f"{_RECURRENCE}sauter/", recurrences.skip, name="recurrence_skip"),
    path(f"{_RECURRENCE}terminer/", recurrences.end, name="recurrence_end"),
]

_INTERNAL = "ventes/internes/<int:pk>/"
internal_urls = [
    path("ventes/internes/", internal_orders.internal_orders, name="internal_orders"),
    path("ventes/internes/nouvelle/", internal_orders.new_internal_order, name="internal_new"),
    path(_INTERNAL, internal_orders.internal_order, name="internal_order"),
    path(f"{_INTERNAL}modifier/", internal_orders.edit_internal_order, name="internal_edit"),
    path(f"{_INTERNAL}proposer/", internal_orders.propose_internal_order, name="internal_propose"),
    path(f"{_INTERNAL}reprendre/", internal_orders.withdraw_internal_order, name="internal_back"),
    path(f"{_INTERNAL}supprimer/", internal_orders.discard_internal_order, name="internal_discard"),
    path(f"{_INTERNAL}accepter/", internal_orders.accept_internal_order, name="internal_accept"),
    path(f"{_INTERNAL}refuser/", internal_orders.refuse_internal_order, name="internal_refuse"),
    path(f"{_INTERNAL}annuler/", internal_orders.cancel_internal_order, name="internal_cancel"),
]

_INVOICE = "ventes/factures/<int:pk>/"
invoice_urls = [
    path("ventes/", invoices.sales, name="sales"),
    path("ventes/factures/", invoices.invoices, name="invoices"),
    path("ventes/factures/nouvelle/", invoices.new_invoice, name="invoice_new"),
    path(_INVOICE, invoices.invoice, name="invoice"),
    path(f"{_INVOICE}modifier/", invoices.edit_invoice, name="invoice_edit"),
    path(f"{_INVOICE}details/", billing.details, name="invoice_details"),
    path(f"{_INVOICE}soumettre/", invoices.submit_invoice, name="invoice_submit"),
    path(f"{_INVOICE}reprendre/", invoices.withdraw_invoice, name="invoice_withdraw"),
    path(f"{_INVOICE}emettre/", invoices.issue_invoice, name="invoice_issue"),
    path(f"{_INVOICE}envoyer/", sending.send_invoice, name="invoice_send"),
    path(f"{_INVOICE}refaire/", einvoices.make_again, name="invoice_again"),
    path(f"{_INVOICE}avoir/", invoices.credit_invoice, name="invoice_credit"),
    path(f"{_INVOICE}rectifier/", invoices.replace_invoice, name="invoice_replace"),
    path(f"{_INVOICE}dupliquer/", invoices.duplicate_invoice, name="invoice_duplicate"),
    path(f"{_INVOICE}supprimer/", invoices.discard_invoice, name="invoice_discard"),
    path(f"{_INVOICE}pieces/", attachments.attach, name="invoice_files"),
    path(f"{_INVOICE}pieces/<int:file_pk>/", attachments.file, name="invoice_file"),
    path(
        f"{_INVOICE}pieces/<int:file_pk>/retirer/", attachments.remove, name="invoice_file_remove"
    ),
    path(f"{_INVOICE}comptes/", account_changes.accounts, name="invoice_accounts"),
    path(
        f"{_INVOICE}contribution/",
        contribution_rates.rate,
        {"sort": "invoice"},
        name="invoice_rate",
    ),
    path(f"{_INVOICE}pdf/", invoices.invoice_pdf, name="invoice_pdf"),
    path(f"{_INVOICE}acquittee/pdf/", receipted.receipted_pdf, name="receipted_pdf"),
    path(
        f"{_INVOICE}acquittee/pdf/etat/",
        receipted.receipted_pdf_state,
        name="receipted_pdf_state",
    ),
    path(f"{_INVOICE}pdf/etat/", invoices.invoice_pdf_state, name="invoice_pdf_state"),
]

_DEPOSIT = "ventes/depots/<int:pk>/"
transmission_urls = [
    path("reglages/depot-des-factures/", transmissions.settings, name="deposits_settings"),
    path("ventes/depots/", transmissions.transmissions, name="transmissions"),
    path("ventes/depots/a-deposer.zip", transmissions.parcel, name="transmissions_zip"),
    path("ventes/depots/deposees/", transmissions.mark_deposited, name="transmissions_deposited"),
    path(_DEPOSIT, transmissions.transmission, name="transmission"),
    path(f"{_DEPOSIT}reponse/", transmissions.answer, name="transmission_answer"),
    path(f"{_DEPOSIT}encaissement/", transmissions.cashed, name="transmission_cashed"),
    path(f"{_DEPOSIT}mettre-de-cote/", transmissions.aside, name="transmission_aside"),
    path(f"{_DEPOSIT}relancer/", transmissions.retry, name="transmission_retry"),
    path(f"{_DEPOSIT}recommencer/", transmissions.again, name="transmission_again"),
]

urlpatterns = [
    *catalogue_urls,
    *certificate_urls,
    *mail_urls,
    *invoice_urls,
    *quote_urls,
    *recurrence_urls,
    *internal_urls,
    *book_urls,
    *deal_urls,
    *folder_urls,
    *activity_urls,
    *customer_urls,
    *expense_urls,
    *staff_urls,
    *transmission_urls,
]

#: Behind a link, without an account: /p/<token>/devis/…
public_urls = [
    path("", public.public_quote, name="public_quote"),
    path("accepter/", public.public_ask_code, name="public_ask_code"),
    path("code/<int:pk>/", public.public_code, name="public_code"),
    path("code/<int:pk>/autre/", public.public_code_again, name="public_code_again"),
    path("refuser/", public.public_refuse, name="public_refuse"),
    path("question/", public.public_question, name="public_question"),
    path("actuel/", public.public_latest, name="public_latest"),
    path("conditions/<int:rank>/pdf/", public.public_terms_pdf, name="public_terms_pdf"),
    path("pdf/", public.public_quote_pdf, name="public_quote_pdf"),
    path("pdf/etat/", public.public_quote_pdf_state, name="public_quote_pdf_state"),
]
