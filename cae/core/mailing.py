"""Mails leave by SMTP, and what a server refused of them is known.

A server may take a mail for some of its recipients and refuse the others: `smtplib` says so in
what `sendmail` returns, which Django leaves aside.
"""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

#: Address to the code and the words of the server.
Refused = dict[str, tuple[int, bytes]]


class _Noting(smtplib.SMTP):
    refused: Refused

    def sendmail(self, *args: Any, **options: Any) -> Refused:
        self.refused = super().sendmail(*args, **options)
        return self.refused


class _NotingSSL(_Noting, smtplib.SMTP_SSL):
    pass


class Backend(EmailBackend):
    """Writes on each message, as `refused`, the recipients it did not leave for."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _NotingSSL if self.use_ssl else _Noting

    def _send(self, email_message: EmailMessage) -> bool:
        sent: bool = super()._send(email_message)  # type: ignore[misc]  # the stubs leave it out
        if sent:
            assert isinstance(self.connection, _Noting)
            email_message.refused = self.connection.refused  # type: ignore[attr-defined]
        return sent


def refused_of(message: EmailMessage) -> Refused:
    """Return the recipients a message that left did not leave for."""
    return getattr(message, "refused", {})
