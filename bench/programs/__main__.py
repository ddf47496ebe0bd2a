"""A VCA and a VSS webhook in each of BENCH_SUBACCOUNTS subaccounts, with `Webhook` from the module BENCH_MODULE."""

import importlib
import os

module = importlib.import_module(os.environ["BENCH_MODULE"])
for number in range(int(os.environ["BENCH_SUBACCOUNTS"])):
    for type in ("VCA", "VSS"):
        subaccount_id = f"bench_{number:04}_voice"
        url = f"https://ivr.example.com/{type.lower()}"
        module.Webhook(f"{subaccount_id}-{type}".lower(), subaccount_id=subaccount_id, type=type, url=url)
