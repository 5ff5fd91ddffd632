"""The demo: a made-up company, its people and cars, their history, and real OCPP clients that go on with it.

`world` says who and where, `cars` how a car charges, `habits` who comes when: all three pure and the
same for the history, which `seed` puts in, and for the live stations of `fleet`.
"""
