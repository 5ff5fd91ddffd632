"""The outcome of an action is set once."""

import pytest

from sessions_app.domain.station_states import Action, CommandOutcome
from sessions_app.models import ActionAudit
from sessions_app.store.audits import begin_audit, settle_audit
from tests.support import builders
from tests.support.builders import NOON

pytestmark = pytest.mark.django_db


def test_first_outcome_of_an_action_wins() -> None:
    session = builders.session(lasted=None)
    audit = begin_audit(builders.operator(), action=Action.STOP_CHARGING, session=session, at=NOON)

    assert settle_audit(audit.pk, outcome=CommandOutcome.ACCEPTED)
    assert not settle_audit(audit.pk, outcome=CommandOutcome.NO_ANSWER, detail="The station is offline.")

    stored = ActionAudit.objects.get(pk=audit.pk)
    assert (stored.outcome, stored.detail) == (CommandOutcome.ACCEPTED, "")
