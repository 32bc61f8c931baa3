"""Reading statements without trusting them, and telling what their lines pay: no database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from invoicing.rules.bank_files import MAX_BYTES, keys_of, read_statements
from invoicing.rules.bank_matching import Matcher, OpenInvoice, Strength
from tests.invoicing.bank import IBAN, OFX, camt, entry

# Reading


@pytest.mark.parametrize("version", ["02", "08", "14"])
def test_a_camt_statement_is_read_whatever_its_version(version):
    (read,) = read_statements(
        camt(
            entry("1200.00", label="FA-2026-0001", party="Éditions Ébène", iban="FR76", ref="R1"),
            entry("30.00", out=True, label="FRAIS"),
            opening="100.00",
            closing="1270.00",
            version=version,
        )
    )

    assert (read.account, read.opening, read.closing) == (IBAN, D("100.00"), D("1270.00"))
    first, second = read.moves
    assert (first.amount, first.label, first.party, first.iban, first.reference) == (
        D("1200.00"), "FA-2026-0001", "Éditions Ébène", "FR76", "R1",
    )  # fmt: skip
    assert (first.booked_on, second.amount) == (date(2026, 6, 10), D("-30.00"))
    assert (read.starts_on, read.ends_on) == (date(2026, 6, 1), date(2026, 6, 30))


def test_a_batch_is_told_apart_where_it_says_its_amounts():
    details = "".join(
        f"<TxDtls><Refs><EndToEndId>E{n}</EndToEndId></Refs><Amt Ccy='EUR'>{n}0.00</Amt></TxDtls>"
        for n in (1, 2)
    )
    (read,) = read_statements(
        camt(entry("30.00", details=details), opening="0.00", closing="30.00")
    )
    (whole,) = read_statements(
        camt(entry("31.00", details=details), opening="0.00", closing="31.00")
    )

    assert [(m.amount, m.reference) for m in read.moves] == [(D("10.00"), "E1"), (D("20.00"), "E2")]
    assert [m.amount for m in whole.moves] == [D("31.00")]


def test_what_is_not_booked_yet_is_left_out():
    (read,) = read_statements(
        camt(
            entry("5.00"),
            entry("9.00").replace("BOOK", "PDNG"),
            opening="0.00",
            closing="5.00",
        )
    )

    assert [m.amount for m in read.moves] == [D("5.00")]


def test_an_ofx_statement_is_read():
    (read,) = read_statements(OFX)

    assert (read.account, read.opening, read.closing) == ("00011234567", None, D("1270.00"))
    assert [(m.booked_on, m.amount, m.reference) for m in read.moves] == [
        (date(2026, 6, 10), D("1200.00"), "T1"),
        (date(2026, 6, 11), D("-30.00"), "T2"),
    ]
    assert read.moves[0].label == "Éditions Ébène VIR FA-2026-0001"


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>
<Document><BkToCstmrStmt><Stmt><Id>&b;</Id></Stmt></BkToCstmrStmt></Document>"""
THIEF = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>
<Document><BkToCstmrStmt><Stmt><Id>&e;</Id></Stmt></BkToCstmrStmt></Document>"""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b" " * 10 + b"x" * MAX_BYTES, "dépasse 5"),
        (b"%PDF-1.7", "pas un relevé lisible"),
        (b"<a/>", "pas un relevé lisible"),
        (BOMB, "DOCTYPE"),
        (BOMB.decode().encode("utf-16"), "pas un relevé lisible|DOCTYPE"),
        (THIEF, "DOCTYPE"),
        (camt(entry("5.00"), opening="0.00", closing="6.00"), "Il en manque"),
        (camt(opening="0.00", closing="6.00"), "aucune ligne"),
        (camt(entry("5.00"), opening="0.00", closing="5.00").replace(b"EUR", b"USD"), "en euros"),
        (camt(entry("5.001"), opening="0.00", closing="5.00"), "centimes"),
        (camt(entry("NaN"), opening="0.00", closing="5.00"), "centimes"),
        (camt(entry("1e99"), opening="0.00", closing="5.00"), "centimes"),
        (camt(entry("5,00 x"), opening="0.00", closing="5.00"), "pas un relevé lisible"),
        (OFX.replace(b"<CURDEF>EUR", b"<CURDEF>USD"), "en euros"),
        (b"OFXHEADER:100\n<OFX></OFX>", "aucune ligne"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_hostile_or_does_not_add_up_is_refused(content, said):
    with pytest.raises(ValueError, match=said):
        read_statements(content)


def test_a_line_has_the_same_key_in_every_file():
    def keys(*entries, closing):
        return keys_of(read_statements(camt(*entries, opening="0.00", closing=closing))[0].moves)

    same = entry("5.00", label="Don")
    twice = keys(same, same, closing="10.00")

    assert len(set(twice)) == 2
    assert keys(entry("1.00", ref="Z"), same, closing="6.00")[1] == twice[0]
    assert keys(entry("1.00", ref="Z"), closing="1.00") != keys(
        entry("1.00", ref="Y"), closing="1.00"
    )


# Matching

EBENE, MAIRIE = 1, 2
OPEN = [
    OpenInvoice(10, "FA-2026-0001", EBENE, "SARL Éditions Maison Ébène", D("120.00")),
    OpenInvoice(11, "FA-2026-0012", EBENE, "SARL Éditions Maison Ébène", D("60.00")),
    OpenInvoice(12, "FA-2026-0013", EBENE, "SARL Éditions Maison Ébène", D("33.33")),
    OpenInvoice(20, "FA-2026-0020", MAIRIE, "Mairie de Bruz", D("500.00")),
    OpenInvoice(21, "FA-2026-0021", MAIRIE, "Mairie de Bruz", D("120.00")),
]


@pytest.mark.parametrize(
    ("amount", "text", "iban", "invoices", "strength"),
    [
        ("120.00", "VIR FA-2026-0001", "", [10], Strength.SURE),
        ("120.00", "vir fa 2026 0001 merci", "", [10], Strength.SURE),
        ("180.00", "FA20260001 FA20260012", "", [10, 11], Strength.SURE),
        ("100.00", "FA-2026-0001", "", [10], Strength.WEAK),
        ("130.00", "FA-2026-0001", "", [10], Strength.WEAK),
        ("500.00", "VIR MAIRIE DE BRUZ", "", [20], Strength.LIKELY),
        ("620.00", "Mairie de Bruz mandat 12", "", [20, 21], Strength.LIKELY),
        ("153.33", "EDITIONS MAISON EBENE", "", [10, 12], Strength.LIKELY),
        ("120.00", "VIR 12", "FR7612", [10], Strength.LIKELY),
        ("33.33", "sans rien", "", [12], Strength.WEAK),
        # Two customers owe this amount, and nothing says who pays.
        ("120.00", "sans rien", "", None, None),
        # Numbers of two customers: somebody looks.
        ("620.00", "FA-2026-0001 FA-2026-0020", "", None, None),
        # 0001 is not in 00012, nor in another word.
        ("999.00", "FA-2026-00012 XFA-2026-0001", "", None, None),
        ("-120.00", "FA-2026-0001", "", None, None),
    ],
)
def test_what_a_line_pays_is_proposed(amount, text, iban, invoices, strength):
    found = Matcher(OPEN, ibans={EBENE: "FR7612"}).proposal(amount=D(amount), text=text, iban=iban)

    if invoices is None:
        assert found is None
    else:
        assert ([one.pk for one in found.invoices], found.strength) == (invoices, strength)


def test_a_proposal_says_what_is_missing_or_too_much():
    matcher = Matcher(OPEN)
    less = matcher.proposal(amount=D("100.00"), text="FA-2026-0001")
    more = matcher.proposal(amount=D("130.00"), text="FA-2026-0001")

    assert (less.missing, less.surplus) == (D("20.00"), D("0.00"))
    assert (more.missing, more.surplus) == (D("0.00"), D("10.00"))
