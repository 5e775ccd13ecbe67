"""What the API says and hears. Names of a call's fields follow CommonGrants where it has them.

Source of the names: the CommonGrants protocol's opportunity, `OpportunityBase`, and its paginated answer.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from matcher.model import Band, MatchState, RejectReason, Verdict
from profiles.model import LegalForm, UnitKind
from storage.answers_given import AnswerKind
from web.visit import text_of

T = TypeVar("T")
MOST_ROWS = 100
LARGEST = 2**31 - 1
Words = Annotated[str, StringConstraints(max_length=2000), AfterValidator(text_of)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[a-z0-9][a-z0-9-]*$")]


class Shape(BaseModel):
    """camelCase outside, as CommonGrants writes."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", ser_json_inf_nan="null"
    )


class Money(Shape):
    """A sum; `amount` as decimal text."""

    amount: str
    currency: str


class Funding(Shape):
    """What there is to apply for; null where the source does not say."""

    total_amount_available: Money | None = None
    min_award_amount: Money | None = None
    max_award_amount: Money | None = None
    estimated_award_count: int | None = None


class KeyDate(Shape):
    """A date of a call; `at` the instant where the hour is known."""

    name: str
    date: date
    at: datetime | None = None


class KeyDates(Shape):
    """When one may apply. `closeDate` is the next deadline; the others follow in `otherDates`."""

    post_date: KeyDate | None = None
    close_date: KeyDate | None = None
    other_dates: list[KeyDate] = []


class OpportunityStatus(Shape):
    """`forecasted`, `open` or `closed`, as of now."""

    value: str


class OpportunityKind(StrEnum):
    """A `call` offers money; a `consultation` asks for an answer, until its close date."""

    CALL = "call"
    CONSULTATION = "consultation"


class TitleShape(Shape):
    """A title in one language."""

    language: str
    text: str


class Opportunity(Shape):
    """A call in brief."""

    id: int
    kind: OpportunityKind
    title: str
    language: str
    titles: list[TitleShape] = Field(description="The publisher's own title in further languages.")
    status: OpportunityStatus
    funding: Funding
    key_dates: KeyDates
    source: str
    identifier: str | None
    programme: str | None
    action_type: str | None
    version: int
    created_at: datetime
    last_modified_at: datetime


class Section(Shape):
    """A part of a call's own text, as the publisher wrote it."""

    kind: str
    text: str


class Reading(Shape):
    """Where a call was read, and when last."""

    source: str
    reference: str
    url: str
    last_seen_at: datetime
    is_seen: bool


class OpportunityDetail(Opportunity):
    """A call whole."""

    description: list[Section]
    own_share: float | None = Field(
        description="What the applicant pays of eligible costs, 0 to 1; null: not stated."
    )
    eligible_applicants: list[str] | None
    eligible_countries: list[str] | None
    sources: list[Reading]


class FieldChange(Shape):
    """One field's old and new value."""

    field: str
    old: Any
    new: Any


class OpportunityVersion(Shape):
    """One version of a call."""

    version: int
    at: datetime
    changes: list[FieldChange]


class Pagination(Shape):
    """Which part of the whole this is."""

    page: int
    page_size: int
    total_items: int
    total_pages: int


class Page(Shape, Generic[T]):
    """A page of a list."""

    status: int = 200
    message: str = "ok"
    items: list[T]
    pagination_info: Pagination


class One(Shape, Generic[T]):
    """One thing."""

    status: int = 200
    message: str = "ok"
    data: T


class Place(Shape):
    """Where in a request a fault lies, and what was expected there."""

    field: str
    message: str


class Refusal(Shape):
    """Every answer that is no: the status, its name, one sentence, and the places at fault where they are known."""

    status: int
    reason: str
    message: str
    errors: list[Place] = []


class MatchBrief(Shape):
    """A call and a need, paired. `seen` stands for how it reads now; send it back with a decision."""

    id: int
    call_id: int
    unit: str
    need: str
    band: Band
    state: MatchState
    children_and_youth: bool
    created_at: datetime
    seen: str


class Pair(Shape):
    """A sentence of the need beside one of the call, both quoted."""

    need: str
    call: str
    section: str


class CheckShape(Shape):
    """One gate's answer: yes, no or unknown; `quote` is the source's words that decided it."""

    gate: str
    answer: str
    reason: str
    quote: str | None


class MatchDetail(MatchBrief):
    """A match with its reasons."""

    reasons: list[str]
    pairs: list[Pair]
    checks: list[CheckShape]
    model: str


class DecisionIn(Shape):
    """A decision to add. `reason` for a reject; `until` for a later: a day from tomorrow to a year ahead."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"verdict": "reject", "reason": "no_partner", "seen": "2-5f1c0a9be23d"}}
    )

    verdict: Verdict
    reason: RejectReason | None = None
    until: date | None = None
    note: Words = ""
    seen: Annotated[str, StringConstraints(max_length=60)] | None = None


class DecisionShape(Shape):
    """A decision as it was made; `by` is a person's key, `cli`, or `api:` and a token's name."""

    verdict: Verdict
    reason: RejectReason | None
    note: str
    until: AwareDatetime | None
    by: str
    at: datetime


class AnswerIn(Shape):
    """What a unit says of a call. `reason` for a no; `toUnit` for one sent on."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "unit": "kultur",
                "person": "kontakt-kultur",
                "kind": "interested",
                "note": "Vi hör av oss.",
            }
        }
    )

    unit: Key
    person: Key
    kind: AnswerKind
    reason: RejectReason | None = None
    to_unit: Key | None = None
    note: Words = ""


class AnswerShape(Shape):
    """An answer that holds."""

    id: int
    call_id: int
    call_version: int
    unit: str
    person: str
    kind: AnswerKind
    reason: RejectReason | None
    to_unit: str | None
    note: str
    channel: str
    at: datetime


class NeedShape(Shape):
    """What a unit wants to change."""

    key: str
    title: str
    title_en: str
    text: str
    text_en: str
    priority_area: str
    children_and_youth: bool


class UnitShape(Shape):
    """A department, company or federation with its needs."""

    key: str
    name: str
    name_en: str
    kind: UnitKind
    legal_form: LegalForm
    preparation_days: int
    own_contribution_max: int | None
    may_lead: bool
    needs: list[NeedShape]


class AreaShape(Shape):
    """A priority area of the policy."""

    key: str
    title: str
    title_en: str
    children_and_youth: bool


class ProfileShape(Shape):
    """The published profile, without persons."""

    version: int
    key: str
    name: str
    name_en: str
    priority_areas: list[AreaShape]
    units: list[UnitShape]
