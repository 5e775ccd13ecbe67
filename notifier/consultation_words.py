"""The letter's section of consultations, in words."""

from calls.kinds import act_of, spoken
from matcher.telling import is_of_area
from notifier.changes import shown_changes
from notifier.facts import last_day
from notifier.headers import clean, cut
from notifier.items import (
    DOTS,
    LINK_TITLE,
    TITLE,
    also_for,
    answer_link,
    area,
    band,
    credit,
    local,
    need_of,
    quotes,
    reasons,
    swedish_area,
    titled,
)
from notifier.model import Digest, DigestItem
from notifier.view import ConsultationView, LetterContext
from notifier.wording import Wording


def counted(digest: Digest, wording: Wording) -> str:
    """2 samråd; empty when there is none."""
    number = len(digest.consultations) + len(digest.more_consultations)
    return wording.ngettext("{number} samråd", "{number} samråd", number) if number else ""


def left_out(digest: Digest, wording: Wording) -> str:
    """How many did not fit; empty when all did."""
    number = len(digest.more_consultations)
    return wording.ngettext("och {number} samråd till", "och {number} samråd till", number) if number else ""


def views(digest: Digest, context: LetterContext, wording: Wording) -> tuple[ConsultationView, ...]:
    """The section's consultations in the reader's language."""
    return tuple(_view(item, digest.person.key, context, wording) for item in digest.consultations)


def _view(item: DigestItem, person: str, context: LetterContext, wording: Wording) -> ConsultationView:
    call, said = item.call, reasons(item.best, wording)
    title, language = titled(call, wording)
    return ConsultationView(
        title=title,
        short_title=cut(title, LINK_TITLE),
        language=language,
        original="" if language == call.language else cut(clean(call.title), TITLE),
        original_language=call.language,
        act=wording.gettext(act) if (act := act_of(call)) else "",
        band=band(item, wording),
        dot=DOTS[item.best.band],
        children_and_youth=item.children_and_youth,
        by=wording.gettext(spoken(call).by),
        last_day=last_day(call, wording, context.now),
        changes=shown_changes(item.changes, wording, spoken(call)),
        need=clean(local(need_of(context, item.unit, item.best.need), "title", wording)),
        of_area=is_of_area(item.best),
        quotes=quotes(item, context, wording),
        reasons=said,
        area=area(item.best, context, said, wording),
        swedish_area=swedish_area(item.best, context, wording),
        also_for=also_for(item, context, wording),
        answer=answer_link(item, person, context),
        calendar=context.links.calendar(call.id, wording.language) if call.deadlines else "",
        page=context.links.call(call.id),
        credit=credit(item, context, wording),
    )
