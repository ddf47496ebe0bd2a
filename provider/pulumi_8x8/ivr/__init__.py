"""The other end of the webhooks: what 8x8 Connect Voice delivers, and what an endpoint may answer.

Pure functions from values to values; no sockets, no web framework, nothing beyond the standard library:

    events      a delivery (VCA, VSS, VCS) -> a typed value
    callflow    what to do next -> the JSON answer of a VCA delivery, and back
    rules       the vendor's rules for that answer, as tables; `callflow.validate` reads them
    menu        a menu declared as data + a VCA delivery -> the call flow to answer
    outcomes    a VSS delivery -> done, to be retried and why, or neither
    deliveries  made-up deliveries in the vendor's shape, for the emulator and the rehearsal
"""
