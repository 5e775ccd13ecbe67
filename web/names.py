"""What things are called on a page, for one reader."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from calls.kinds import act_of
from calls.model import Call
from matcher import gates
from matcher.model import Answer, Check, Decision, MatchState, StoredMatch
from matcher.telling import is_of_area, told
from notifier import facts
from notifier.templating import spoken_in
from notifier.weeks import STOCKHOLM
from profiles.model import ContactPerson, Need, PriorityArea, Role
from texts import Message, alphabetical, translate
from web import former, presentation
from web.flash import DONE, TOLD, Flash
from web.visit import Visit


class Names:
    """Names of units, needs and areas, dates and sums, in the reader's language."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.wording = visit, visit.wording

    def unit(self, key: str) -> str:
        """A unit's name; the last one it had, said to be without owner, when the profile has it no more."""
        name = former.unit_name(self.visit, key)
        if presentation.unit_of(self.visit.profile, key) or not (self.visit.profile and key):
            return name
        return self.wording.gettext("{unit} (utan ägare)", unit=name)

    @property
    def all_units(self) -> list[tuple[str, str]]:
        """Key and name of every unit that the reader may see, by name: where one looks a unit up."""
        units = self.visit.profile.units if self.visit.profile else ()
        named = [(unit.key, self.unit(unit.key)) for unit in units if self.visit.may_see_unit(unit.key)]
        return sorted(named, key=lambda choice: alphabetical(choice[1]))

    def source(self, key: str) -> str:
        """A source's title; its key when there is no such source any more."""
        return next((source.title for source in self.visit.context.sources if source.key == key), key)

    def unit_list(self, keys: Any) -> list[str]:
        """Several units, each by name."""
        return [self.unit(key) for key in keys]

    def units(self, keys: Any) -> str:
        """Several units, as "a, b och c"."""
        return self.wording.listed(self.unit_list(keys))

    def people(self, keys: Any) -> str:
        """Several persons by name, as "a, b och c"."""
        return self.wording.listed([self.visit.name_of(key) for key in keys])

    @property
    def reference_group(self) -> list[ContactPerson]:
        """Who may be asked about a call, by name: contact persons in office, for only they get such letters."""
        people = self.visit.profile.in_office(self.visit.today) if self.visit.profile else ()
        group = [person for person in people if person.role is Role.CONTACT]
        return sorted(group, key=lambda person: (alphabetical(person.name), person.key))

    def need(self, match: StoredMatch) -> Need | None:
        """The need of a match, None when the profile no longer has it."""
        unit = presentation.unit_of(self.visit.profile, match.match.unit)
        return next((need for need in (unit.needs if unit else ()) if need.key == match.match.need), None)

    def need_title(self, match: StoredMatch) -> str:
        """A need's title, also when the profile has it no more; its key when no version had it."""
        return former.need_title(self.visit, match.match.unit, match.match.need)

    def area(self, match: StoredMatch) -> PriorityArea | None:
        """The priority area that a match serves."""
        need = self.need(match)
        areas = self.visit.profile.priority_areas if self.visit.profile else ()
        return next((area for area in areas if need and area.key == need.priority_area), None)

    def area_title(self, area: PriorityArea) -> str:
        """An area's title."""
        return area.title_en if self.wording.language == "en" else area.title

    def reason(self, match: StoredMatch) -> Markup:
        """Why, in a line: the strongest evidence."""
        evidence = match.match.evidence
        return self._marked(evidence[0].reason, match) if evidence else Markup()

    def reasons(self, match: StoredMatch) -> list[Markup]:
        """Why, first what moved the score most; then what is remarked of area and answers."""
        return [self._marked(reason, match) for reason in told(match.match)]

    def _marked(self, reason: Message, match: StoredMatch) -> Markup:
        """A reason, with the area's name marked as Swedish where the page is not and it has no other."""
        area, language = self.area(match), self.wording.language
        is_foreign = area is not None and language != "sv" and not area.english_title
        return spoken_in(translate(reason, language), area.title if is_foreign else "", "sv")

    def checks(self, match: StoredMatch, call: Call) -> tuple[Check, ...]:
        """The checks of a match, those of time as of today."""
        unit = presentation.unit_of(self.visit.profile, match.match.unit)
        return gates.as_of(match.match.checks, call, unit, self.visit.now)

    def doubt(self, match: StoredMatch, call: Call) -> str:
        """What speaks against, in a line: the first check that says no; empty when none does."""
        refused = next((check for check in self.checks(match, call) if check.answer is Answer.NO), None)
        return translate(refused.reason, self.wording.language) if refused else ""

    def when(self, call: Call) -> presentation.When:
        """The next deadline."""
        return presentation.when(call, self.wording, self.visit.now)

    def grant(self, call: Call) -> str | None:
        """What one project may get."""
        return presentation.grant(call, self.wording)

    def budget(self, call: Call) -> str | None:
        """The whole call's money."""
        return facts.budget(call, self.wording)

    def programme(self, call: Call) -> str | None:
        """The programme."""
        return presentation.programme(call, self.wording)

    def about(self, call: Call) -> str:
        """What the programme funds, in our own words."""
        return presentation.about(call, self.wording)

    def act(self, call: Call) -> str:
        """What kind of act a consultation prepares; empty when its source does not say."""
        act = act_of(call)
        return self.wording.gettext(act) if act else ""

    def is_of_area(self, match: StoredMatch) -> bool:
        """Whether the quoted words are the priority area's and not the need's."""
        return is_of_area(match.match)

    def counted(self, calls: Sequence[Call]) -> str:
        """How many of each kind."""
        return self.wording.things(calls)

    def read_at(self, call: Call) -> str:
        """When the call was last read."""
        return presentation.read_at(call, self.wording, self.visit.now)

    def publisher(self, call: Call) -> str:
        """Who publishes the call, as its leading source is to be credited."""
        if not call.sources:
            return ""
        sources = {source.key: source for source in self.visit.context.sources}
        source = sources.get(call.sources[0].source)
        return (source.credit or source.publisher) if source else call.sources[0].source

    def band(self, match: StoredMatch) -> str:
        """How strong."""
        return presentation.band_label(match.match.band, self.wording)

    def state(self, state: MatchState) -> str:
        """Where a match stands."""
        return presentation.state_label(state, self.wording)

    def decision(self, decision: Decision) -> str:
        """What was decided, by whom, when."""
        return presentation.decision_line(decision, self.visit.name_of(decision.by), self.wording)

    def day(self, at: Any) -> str:
        """A day: of an instant by the clock in Sweden, or of an ISO date."""
        if isinstance(at, str):
            at = date.fromisoformat(at)
        return self.wording.day(at.astimezone(STOCKHOLM).date() if hasattr(at, "astimezone") else at)

    def moment(self, at: Any) -> str:
        """A moment."""
        return presentation.moment(at, self.wording)

    @property
    def tomorrow(self) -> str:
        """The first day something can be put off to."""
        return (self.visit.now.astimezone(STOCKHOLM).date() + timedelta(days=1)).isoformat()

    def flash(self, flash: Flash) -> str:
        """What was just done, in a sentence."""
        if flash.deed in TOLD:
            return self.wording.gettext(TOLD[flash.deed])
        if flash.calls or flash.left:
            return self._together(flash)
        day = self.day(flash.until) if flash.until else ""
        return self.wording.gettext(
            DONE.get(flash.deed, DONE["undo"]), units=self.units(flash.units), day=day
        )

    def _together(self, flash: Flash) -> str:
        done = {
            "accept": self.wording.ngettext(
                "{number} utlysning godkänd.", "{number} utlysningar godkända.", flash.calls
            ),
            "reject": self.wording.ngettext(
                "{number} utlysning avvisad.", "{number} utlysningar avvisade.", flash.calls
            ),
            "later": self.wording.ngettext(
                "{number} utlysning uppskjuten.", "{number} utlysningar uppskjutna.", flash.calls
            ),
            "refer": self.wording.ngettext(
                "{number} utlysning skickad till referensgruppen.",
                "{number} utlysningar skickade till referensgruppen.",
                flash.calls,
            ),
            "undo": self.wording.ngettext(
                "Ångrat för {number} utlysning.", "Ångrat för {number} utlysningar.", flash.calls
            ),
        }
        said = done.get(flash.deed, "")
        if not flash.left:
            return said
        left = self.wording.ngettext(
            "{number} träff har ändrats sedan dess och lämnades.",
            "{number} träffar har ändrats sedan dess och lämnades.",
            flash.left,
        )
        return f"{said} {left}"
