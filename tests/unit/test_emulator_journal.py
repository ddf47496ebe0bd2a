"""The emulator's memory of requests."""

from __future__ import annotations

from pulumi_8x8.emulator.account.journal import Entry, Journal

LIST = Entry("GET", "/a", "acme", None, 200, 1)
POST = Entry("POST", "/a", "acme", "VCA", 200, 1)
OTHER = Entry("GET", "/b", "other", None, 404, 2)


def filled() -> Journal:
    journal = Journal()
    for entry in (LIST, POST, OTHER):
        journal.record(entry)
    return journal


def test_requests_are_picked_by_method_and_subaccount() -> None:
    """Either, both or neither may be named."""
    journal = filled()

    assert journal.requests("GET") == [LIST, OTHER]
    assert journal.requests(subaccount="acme") == [LIST, POST]
    assert journal.requests("GET", "acme") == [LIST]
    assert journal.requests() == [LIST, POST, OTHER]


def test_connections_are_counted_once() -> None:
    """Two requests over one connection are one connection."""
    assert filled().connections == 2


def test_it_reads_like_a_list() -> None:
    """Index, slice, length and truth are a sequence's."""
    journal = filled()

    assert (journal[0], journal[-1], journal[1:], len(journal)) == (LIST, OTHER, [POST, OTHER], 3)


def test_clear_forgets_all() -> None:
    """What follows is counted from nothing."""
    journal = filled()

    journal.clear()

    assert not journal
    assert journal.connections == 0
