"""The endpoint's side of the webhooks: what 8x8 Connect Voice delivers, and how an endpoint may respond.

Pure functions that need only the standard library; only `rehearsal` opens a socket:

    events      a delivery (VCA, VSS, VCS, VRU, VNU) -> a typed value
    callflow    what to do next -> the JSON response to a VCA delivery, and back
    rules       the vendor's rules for that response, as tables
    menu        a menu declared as data + a VCA delivery -> the call flow to respond with
    outcomes    a VSS delivery -> done, retry (and why), or neither
    deliveries  synthetic deliveries in the vendor's shape, for the emulator and the rehearsal
    rehearsal   an endpoint's URL -> whether it is ready for live calls
"""

DELIVERY_ADDRESSES = ("18.140.80.2", "52.220.253.234", "54.255.116.8", "52.74.232.241")
"""Source addresses of all voice webhooks (Asia Pacific, Singapore), for an allowlist in front of an endpoint.

Source: the vendor's page "Voice IP addresses", list of 1 January 2026 (read in July 2026). Check the current page
before you rely on this list: an allowlist blocks any address that the vendor adds later.
"""
