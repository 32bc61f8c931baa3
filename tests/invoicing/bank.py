"""Statements as a bank would write them."""

from __future__ import annotations

IBAN = "FR7630006000011234567890189"


def entry(
    amount: str,
    *,
    label: str = "",
    party: str = "",
    iban: str = "",
    ref: str = "",
    out: bool = False,
    on: str = "2026-06-10",
    details: str = "",
) -> str:
    who = "Cdtr" if out else "Dbtr"
    return f"""<Ntry><Amt Ccy="EUR">{amount}</Amt>
      <CdtDbtInd>{"DBIT" if out else "CRDT"}</CdtDbtInd><Sts>BOOK</Sts>
      <BookgDt><Dt>{on}</Dt></BookgDt><ValDt><Dt>{on}</Dt></ValDt>
      <AcctSvcrRef>{ref}</AcctSvcrRef><NtryDtls>{
        details
        or f'''<TxDtls>
        <RltdPties><{who}><Nm>{party}</Nm></{who}>
          <{who}Acct><Id><IBAN>{iban}</IBAN></Id></{who}Acct></RltdPties>
        <RmtInf><Ustrd>{label}</Ustrd></RmtInf></TxDtls>'''
    }</NtryDtls></Ntry>"""


def camt(
    *entries: str,
    opening: str,
    closing: str,
    iban: str = IBAN,
    version: str = "08",
    since: str = "2026-06-01",
    until: str = "2026-06-30",
) -> bytes:
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt>"
        "<CdtDbtInd>CRDT</CdtDbtInd></Bal>"
        for code, amount in (("OPBD", opening), ("CLBD", closing))
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
    <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
    <Stmt><Id>REL-1</Id><CreDtTm>2026-07-01T06:00:00</CreDtTm>
    <FrToDt><FrDtTm>{since}T00:00:00</FrDtTm><ToDtTm>{until}T23:59:59</ToDtTm></FrToDt>
    <Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{balances}{"".join(entries)}</Stmt>
    </BkToCstmrStmt></Document>""".encode()


OFX = """OFXHEADER:100
DATA:OFXSGML
CHARSET:1252

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR
<BANKACCTFROM><BANKID>30006<BRANCHID>00001<ACCTID>00011234567<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260601<DTEND>20260630
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260610120000<TRNAMT>+1200.00<FITID>T1<NAME>Éditions Ébène
<MEMO>VIR FA-2026-0001</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260611<TRNAMT>-30,00<FITID>T2<NAME>FRAIS</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>1270.00<DTASOF>20260630</LEDGERBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
""".encode("cp1252")
