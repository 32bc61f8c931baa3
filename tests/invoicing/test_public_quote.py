"""The page of a quote, for whoever holds its link: no account, and whatever they try."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from cae.core import clock, tokens
from cae.core.enums import LinkKind
from cae.core.tenancy import tenant
from invoicing import actions, queries
from invoicing.enums import QuoteStatus
from invoicing.models import Quote, QuoteEvidence, QuoteMessage, QuoteVisit, SignatureCode
from tests.invoicing.makers import D, line, make_shop
from tests.makers import make_cooperative, signed_in

pytestmark = pytest.mark.django_db

PERSON = {"HTTP_USER_AGENT": "Mozilla/5.0 (Android) Firefox/145.0"}


@pytest.fixture
def shop(db):
    cache.clear()
    cooperative = make_cooperative("ateliers", iban="FR7630006000011234567890189")
    with tenant(cooperative):
        return make_shop(cooperative)


@pytest.fixture
def inside(shop):
    with tenant(shop.cooperative):
        yield


class Visitor:
    """A browser without an account, on the page of one quote."""

    def __init__(self, token: str, **headers: str) -> None:
        self.client = Client(**{**PERSON, **headers})
        self.path = f"/p/{token}/devis/"

    def reads(self, **query: Any) -> str:
        return self.client.get(self.path, query).content.decode()

    def posts(self, verb: str = "", **data: Any):
        return self.client.post(f"{self.path}{verb}", data)

    def asks_code(self, **data: Any):
        return self.posts(
            "accepter/", **{"name": "Marianne Lescop", "role": "Gérante", "agreed": "on", **data}
        )


def sent(shop, *lines, **values) -> Quote:
    today = clock.today()
    values = {"dated_on": today, "valid_until": today + timedelta(days=60), **values}
    return actions.send_quote(shop.quote(*lines, **values), on=today, by=shop.seller)


def visitor(shop, quote, **headers: str) -> Visitor:
    return Visitor(actions.share_quote(quote, on=clock.today(), by=shop.seller), **headers)


def test_a_client_signs_with_the_code_of_their_mail(shop, inside):
    quote = sent(shop, deposit_rate=D("0.3"))
    client = visitor(shop, quote)
    assert "Recevoir le code et signer" in client.reads()
    assert "Cochez la case" in client.asks_code(agreed="").content.decode()

    asked = client.asks_code()
    code = SignatureCode.objects.get()
    page = client.client.get(asked["Location"]).content.decode()
    assert "c…a@maison-ebene.example" in page and "compta@maison" not in page
    wrong = client.client.post(asked["Location"], {"code": "000000"})
    if actions.six_digits(code) != "000000":
        assert (wrong.status_code, "Il reste 4 essais" in wrong.content.decode()) == (422, True)
    right = client.client.post(asked["Location"], {"code": actions.six_digits(code)})
    again = client.client.post(asked["Location"], {"code": actions.six_digits(code)})

    assert right["Location"] == again["Location"] == client.path
    signed = client.reads()
    assert "Devis accepté le" in signed and "Par Marianne Lescop, Gérante" in signed
    assert "FR76" in signed and "360,00" in signed  # where the deposit goes
    proof = QuoteEvidence.objects.get()
    assert (proof.ip, proof.user_agent) == ("127.0.0.1", PERSON["HTTP_USER_AGENT"])


def test_wrong_codes_are_counted_even_though_the_page_refuses(shop, inside):
    quote = sent(shop)
    client = visitor(shop, quote)
    path = client.asks_code()["Location"]
    code = SignatureCode.objects.get()
    wrong = f"{(int(actions.six_digits(code)) + 1) % 10**6:06d}"

    answers = [client.client.post(path, {"code": wrong}) for _ in range(6)]

    code.refresh_from_db()
    assert (code.tries, {a.status_code for a in answers}) == (5, {422})
    assert "Ce code ne sert plus" in client.client.get(path).content.decode()
    assert client.client.post(path, {"code": actions.six_digits(code)}).status_code == 422
    quote.refresh_from_db()
    assert quote.status == QuoteStatus.SENT


def test_guessing_from_one_address_is_stopped_whatever_the_code(shop, inside):
    client = visitor(shop, sent(shop))
    path = client.asks_code()["Location"]
    SignatureCode.objects.update(tries=0)

    for _ in range(40):
        client.client.post(path, {"code": "12"})

    assert client.client.post(path, {"code": "123456"}).status_code == 429


def test_another_code_may_be_asked_a_few_times(shop, inside):
    client = visitor(shop, sent(shop))
    path = client.asks_code()["Location"]

    for _ in range(4):
        path = client.client.post(f"{path}autre/")["Location"]
    refused = client.client.post(f"{path}autre/", follow=True).content.decode()

    assert SignatureCode.objects.count() == 5
    assert "Plusieurs codes viennent d’être envoyés" in refused


def test_the_code_of_another_quote_is_not_there(shop, inside):
    one, other = visitor(shop, sent(shop)), visitor(shop, sent(shop))
    theirs = one.asks_code()["Location"].rstrip("/").rsplit("/", 1)[1]

    assert other.client.get(f"{other.path}code/{theirs}/").status_code == 404
    assert other.client.post(f"{other.path}code/{theirs}/", {"code": "1"}).status_code == 404
    assert other.client.post(f"{other.path}code/{theirs}/autre/").status_code == 404


def test_nobody_signs_where_no_address_is_known(shop, inside):
    shop.customer.email = ""
    shop.customer.save()
    client = visitor(shop, sent(shop))

    assert "il faut que ce devis vous ait été envoyé par courriel" in client.reads()
    answer = client.asks_code(address="0")

    assert (answer.status_code, SignatureCode.objects.count()) == (422, 0)
    assert client.asks_code(address="pirate@x.example").status_code == 422


def test_options_change_the_total_and_what_is_signed(shop, inside):
    quote = sent(shop, line(price="1000"), line("Affiche", price="300", is_optional=True))
    client = visitor(shop, quote)

    assert "1\u00a0200,00\u00a0€" in client.reads()
    with_it = client.reads(options="1", option="2")
    assert "1\u00a0560,00\u00a0€" in with_it
    assert '<input type="hidden" name="option" value="2">' in with_it
    live = client.client.get(client.path, {"option": "2"}, HTTP_HX_REQUEST="true").content.decode()
    assert "1\u00a0560,00\u00a0€" in live and "<html" not in live
    path = client.asks_code(options="1", option="2")["Location"]
    assert "1\u00a0560,00\u00a0€" in client.client.get(path).content.decode()
    client.client.post(path, {"code": actions.six_digits(SignatureCode.objects.get())})

    quote.refresh_from_db()
    assert (quote.gross, quote.status) == (D("1560.00"), QuoteStatus.ACCEPTED)
    assert client.asks_code(option="9").status_code == 302  # already answered: its page says so


def test_an_option_that_does_not_exist_is_refused(shop, inside):
    client = visitor(shop, sent(shop))

    answer = client.asks_code(options="1", option="7")

    assert (answer.status_code, SignatureCode.objects.count()) == (422, 0)
    assert "Cette option n’est pas dans le devis" in answer.content.decode()


def test_a_client_refuses_with_a_reason(shop, inside):
    client = visitor(shop, sent(shop))
    assert client.posts("refuser/", reason="").status_code == 422

    assert client.posts("refuser/", reason="Trop cher").status_code == 302

    assert "Vous n’avez pas retenu ce devis" in client.reads()
    assert Quote.objects.get().refusal_reason == "Trop cher"


def test_a_client_asks_and_reads_the_answer(shop, inside):
    quote = sent(shop)
    client = visitor(shop, quote)
    assert client.posts("question/", name="", text="x").status_code == 422

    client.posts("question/", name="Marianne Lescop", text="Et le délai ?")
    actions.answer_question(quote, text="Trois semaines.", by=shop.seller)

    page = client.reads()
    assert "Et le délai" in page and "Trois semaines." in page and "Camille Fournier" in page


def test_what_is_typed_is_text(shop, inside):
    quote = sent(shop)
    client = visitor(shop, quote)
    nasty = "<script>alert(1)</script>{{ quote }}"
    client.posts("question/", name=nasty, text=nasty)

    page = client.reads()
    own = signed_in(shop.seller).get(f"/c/ateliers/ventes/devis/{quote.pk}/").content.decode()
    for shown in (page, own):
        assert "<script>alert" not in shown and "&lt;script&gt;alert" in shown
    assert client.posts("question/", name="M", text="x" * 2001).status_code == 422
    assert client.posts("refuser/", reason="x" * 1001).status_code == 422
    assert client.asks_code(name="x" * 121).status_code == 422
    assert client.posts("question/", name="M\0", text="x").status_code == 422
    assert QuoteMessage.objects.count() == 1


def test_questions_from_one_address_are_few(shop, inside):
    client = visitor(shop, sent(shop))

    answers = [client.posts("question/", name="M", text="Et ?").status_code for _ in range(11)]

    assert answers == [302] * 10 + [429]


def test_each_state_has_its_page(shop, inside):
    quote = sent(shop)
    client = visitor(shop, quote)
    pdf = f"{client.path}pdf/"

    actions.reopen_quote(quote, by=shop.seller)
    assert "Une nouvelle version se prépare" in client.reads()
    assert client.client.get(pdf)["Location"] == client.path
    assert client.asks_code(address="0")["Location"] == client.path
    quote.refresh_from_db()
    actions.send_quote(quote, on=clock.today(), by=shop.seller)
    assert "Il y a une version plus récente" in client.reads()
    newer = client.posts("actuel/")["Location"]
    assert newer != client.path
    latest = client.client.get(newer).content.decode()
    assert "version 2" in latest and "Recevoir le code et signer" in latest
    quote.refresh_from_db()
    actions.withdraw_quote(quote, reason="Projet abandonné", by=shop.seller)
    gone = client.client.get(newer).content.decode()
    assert "Ce devis a été annulé" in gone and "Projet abandonné" in gone

    late = sent(shop)
    Quote.objects.filter(pk=late.pk).update(
        dated_on="2026-01-01", valid_until=clock.today() - timedelta(days=1)
    )
    page = visitor(shop, late).reads()
    assert "n’est plus valable" in page and "Recevoir le code" not in page


def test_two_people_answer_at_once_one_is_told(shop, inside):
    quote = sent(shop)
    client = visitor(shop, quote)
    path = client.asks_code()["Location"]
    actions.refuse_quote(quote, reason="Un collègue a dit non")

    answer = client.client.post(
        path, {"code": actions.six_digits(SignatureCode.objects.get())}, follow=True
    )

    assert "Vous n’avez pas retenu ce devis" in answer.content.decode()
    assert not QuoteEvidence.objects.exists()


def test_the_author_takes_it_back_while_the_client_signs(shop, inside):
    quote = sent(shop)
    client = visitor(shop, quote)
    path = client.asks_code()["Location"]
    code = SignatureCode.objects.get()
    actions.reopen_quote(quote, by=shop.seller)

    answer = client.client.post(path, {"code": actions.six_digits(code)}, follow=True)

    assert "Une nouvelle version se prépare" in answer.content.decode()
    actions.send_quote(Quote.objects.get(), on=clock.today(), by=shop.seller)
    newer = client.posts("actuel/")["Location"]
    stale = client.client.post(
        f"{newer}code/{code.pk}/", {"code": actions.six_digits(code)}, follow=True
    )
    assert "Le devis a changé depuis l’envoi de ce code" in stale.content.decode()
    assert not QuoteEvidence.objects.exists()


def test_readings_are_those_of_the_client(shop, inside):
    quote = sent(shop)
    token = actions.share_quote(quote, on=clock.today(), by=shop.seller)
    path = f"/p/{token}/devis/"

    signed_in(shop.seller).get(path, **PERSON)
    client = Client()
    client.head(path, **PERSON)
    client.get(path, HTTP_USER_AGENT="Slackbot-LinkExpanding 1.0")
    client.get(path, HTTP_SEC_PURPOSE="prefetch", **PERSON)
    client.get(path)
    assert not QuoteVisit.objects.exists()

    client.get(path, **PERSON)
    client.get(path, **PERSON)
    client.get(path, REMOTE_ADDR="203.0.113.7", **PERSON)

    assert queries.visit_of(quote).count == 2


def test_the_page_is_neither_kept_nor_indexed_nor_framed(shop, inside):
    answer = visitor(shop, sent(shop)).client.get(visitor(shop, Quote.objects.get()).path, **PERSON)

    assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Referrer-Policy"] == "same-origin"


def test_a_token_that_opens_nothing_is_told_nothing(shop, inside):
    quote = sent(shop)
    client = visitor(shop, quote)
    invitation = tokens.open_link(LinkKind.INVITATION, quote.pk, days=1)
    draft = tokens.open_link(LinkKind.QUOTE, shop.quote().pk, days=1)
    verbs = ("", "pdf/", "pdf/etat/", "code/1/")

    for token in ("nimportequoi", "a" * 43, invitation, draft, f"{client.path.split('/')[2]}x"):
        for verb in verbs:
            assert Client().get(f"/p/{token}/devis/{verb}").status_code == 404
        for verb in ("accepter/", "refuser/", "question/", "actuel/"):
            assert Client().post(f"/p/{token}/devis/{verb}").status_code == 404
    for verb in ("accepter/", "refuser/", "question/", "actuel/"):
        assert client.client.get(f"{client.path}{verb}").status_code == 405
