"""A registrar for tests, at an emulator: what it does and what is told when it fails."""

from __future__ import annotations

import pytest

from pulumi_8x8.api.client import Client
from pulumi_8x8.emulator import Emulator, StoredWebhook
from pulumi_8x8.errors import WebhookError
from pulumi_8x8.model import Declaration, LiveWebhook
from pulumi_8x8.reconcile.apply import Registrar
from pulumi_8x8.reconcile.listings import Listings
from pulumi_8x8.settings import Settings

KEY = "key-canary-19f3"
OLD_HEADER = "old-header-canary-a7"
NEW_HEADER = "new-header-canary-b8"
OLD, NEW = "https://old.example/", "https://new.example/"


def declared(url: str = NEW, *, enabled: bool = True, header: str | None = None) -> Declaration:
    return Declaration("acme_voice", "VCA", url, enabled, header)


class RegistrarHarness:
    """Looks, then writes, as an operation does; without waiting between tries."""

    def __init__(self, api: Emulator) -> None:
        self.api = api
        self.pauses: list[float] = []
        client = Client(Settings(api_key=KEY, base_url=api.url), self.pauses.append)
        self.listings = Listings(client)
        self.registrar = Registrar(client, self.listings)

    def apply(self, what: Declaration, known_header: str | None = None) -> LiveWebhook:
        return self.registrar.apply(what, self.listings.get_before_write(what.id), known_header)

    def remove(self) -> LiveWebhook | None:
        return self.registrar.remove(declared().id)

    def fails_to_fill(self, what: Declaration, known_header: str | None = None) -> WebhookError:
        with pytest.raises(WebhookError) as caught:
            self.apply(what, known_header)
        return told_safely(caught.value)

    def fails_to_empty(self) -> WebhookError:
        with pytest.raises(WebhookError) as caught:
            self.remove()
        return told_safely(caught.value)

    @property
    def held(self) -> StoredWebhook | None:
        """What the account holds."""
        return self.api.account.webhooks("acme_voice").get("VCA")

    @property
    def sent(self) -> list[str]:
        """The methods of all requests but the first look."""
        return [entry.method for entry in self.api.journal][1:]


def told_safely(error: WebhookError) -> WebhookError:
    """The error, whose text is one line and whose whole chain holds neither a key nor a header."""
    link: BaseException | None = error
    while link is not None:
        assert "canary" not in str(link)
        link = link.__cause__ or link.__context__
    assert str(error).isprintable()
    return error
