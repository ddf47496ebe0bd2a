"""Runs commands on the stacks of inline programs in one process: each a stack, a command and its subaccounts."""

import json
import sys
from functools import partial

from pulumi import automation

from pulumi_8x8 import Webhook


def declare(subaccount_ids: list[str]) -> None:
    for id in subaccount_ids:
        Webhook(id, subaccount_id=id, type="VCA", url="https://ivr.example/")


for name, command, subaccount_ids in json.loads(sys.argv[1]):
    stack = automation.create_or_select_stack(name, "inline", partial(declare, subaccount_ids))
    getattr(stack, command)()
