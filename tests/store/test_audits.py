"""The outcome of an action is set once."""

import pytest

from sessions_app.domain.station_states import Action, CommandOutcome
from sessions_app.models import ActionAudit
from sessions_app.store.audits import audit_begin, audit_settle
from tests.support import builders
from tests.support.builders import NOON

pytestmark = pytest.mark.django_db


def test_first_outcome_of_an_action_wins() -> None:
    session = builders.session(lasted=None)
    audit = audit_begin(builders.operator(), action=Action.STOP_CHARGING, session=session, at=NOON)

    assert audit_settle(audit.pk, outcome=CommandOutcome.ACCEPTED)
    assert not audit_settle(audit.pk, outcome=CommandOutcome.NO_ANSWER, detail="The station is offline.")

    stored = ActionAudit.objects.get(pk=audit.pk)
    assert (stored.outcome, stored.detail) == (CommandOutcome.ACCEPTED, "")
