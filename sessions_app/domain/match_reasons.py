"""Why a message belongs to a session, or to none."""

from enum import StrEnum


class MatchReason(StrEnum):
    """Why a message belongs to a session, or to none. Operators read it with a dead letter."""

    ISSUED_ID = "issued_id"
    STATION_ID = "station_id"
    OTHER_CAR_WITH_ID = "other_car_with_id"
    ON_CONNECTOR = "on_connector"
    REPEATED = "repeated"
    ONLY_CANDIDATE = "only_candidate"
    NONE_FITS = "none_fits"
    SEVERAL_FIT = "several_fit"
    NO_CONNECTOR = "no_connector"
    NONE_BEGUN = "none_begun"
    ENDED_BEFORE = "ended_before"


MATCH_REASON_LABELS: dict[str, str] = {
    MatchReason.ISSUED_ID.value: "It has the id that we issued.",
    MatchReason.STATION_ID.value: "It has the station's own id.",
    MatchReason.OTHER_CAR_WITH_ID.value: "The station uses one id for two cars; tag and meter decide.",
    MatchReason.ON_CONNECTOR.value: "The session was active on the connector at that time.",
    MatchReason.REPEATED.value: "The same message came before.",
    MatchReason.ONLY_CANDIDATE.value: "It is the only session that fits.",
    MatchReason.NONE_FITS.value: "No session fits.",
    MatchReason.SEVERAL_FIT.value: "Several sessions fit.",
    MatchReason.NO_CONNECTOR.value: "The message names no connector.",
    MatchReason.NONE_BEGUN.value: "No session had begun on the connector.",
    MatchReason.ENDED_BEFORE.value: "The last session on the connector had ended.",
}
