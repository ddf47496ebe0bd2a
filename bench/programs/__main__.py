"""A VCA and a VSS webhook in each of so many subaccounts, by the class of the module that BENCH_WAY names."""

import importlib
import os

webhook = importlib.import_module(os.environ["BENCH_WAY"]).Webhook
url = os.environ["BENCH_URL"]
for number in range(int(os.environ["BENCH_SUBACCOUNTS"])):
    for type in ("VCA", "VSS"):
        subaccount_id = f"bench_{number:04}_voice"
        first = os.environ.get("BENCH_FIRST_URL") if (number, type) == (0, "VCA") else None
        webhook(f"{subaccount_id}-{type}".lower(), subaccount_id=subaccount_id, type=type, url=first or url)
