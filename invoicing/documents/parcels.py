"""The zip of invoices a person takes to a platform: each PDF, its XML beside it, and a list."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from cae.core.csv_files import write_csv
from cae.core.documents import content_of
from invoicing.documents.facturx.reading import xml_of
from invoicing.models import Transmission

#: The same content gives the same bytes, whenever it is made.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_HEAD = ("Destination", "Numéro", "Émise le", "Client", "Enseigne", "Montant TTC", "Empreinte")


def parcel(rows: Sequence[Transmission]) -> bytes:
    """Return a zip with a folder for each destination.

    :param rows: with their `file` and its `document`.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for row in rows:
            folder = f"{row.target}/{row.number.replace('/', '-')}"
            pdf = content_of(row.file.document)
            _put(archive, f"{folder}.pdf", pdf)
            _put(archive, f"{folder}.xml", xml_of(pdf))
        _put(archive, "liste.csv", _table(rows))
    return made.getvalue()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, date_time=_EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)


def _table(rows: Sequence[Transmission]) -> bytes:
    text = io.StringIO()
    write_csv(
        text,
        head=_HEAD,
        rows=(
            (
                row.get_target_display(),
                row.number,
                row.issued_on,
                row.customer_name,
                row.activity_name,
                row.amount,
                row.file.document.sha256,
            )
            for row in rows
        ),
    )
    return text.getvalue().encode()
