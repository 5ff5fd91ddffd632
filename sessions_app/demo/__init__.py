"""The demo: an invented company with drivers, cars and a history, and real OCPP clients that continue it.

`fixtures` defines who and where, `cars` how a car charges, `visit_patterns` who comes when. All three are
pure. The history of `seed` and the live stations of `fleet` share them.
"""
