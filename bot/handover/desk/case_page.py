"""What the page of one case shows."""

from __future__ import annotations

from typing import Any

from bot.handover import reports
from bot.handover.desk import cases
from bot.handover.desk.visit import Desk, Visit
from bot.handover.hours import PARIS
from bot.handover.life import Outcome
from bot.handover.tables import Counsellor, Handover
from bot.profile.codes import codes

ENDS = [Outcome.SOLUTION.value, Outcome.PARTLY.value, Outcome.NONE.value]
KEPT = ("oui", "non", "inconnu")


def case_page(desk: Desk, visit: Visit, row: Handover) -> dict[str, Any]:
    """The values of `case.html`."""
    holder = visit.session.get(Counsellor, row.claimed_by) if row.claimed_by else None
    shown = [one["id"] for one in row.services]
    named = next((one.name for one in desk.platforms if one.id == row.platform), None)
    return {
        "case": row,
        "lines": desk.thread.messages(visit.session, row.conversation_id),
        "last": desk.thread.last(visit.session, row.conversation_id),
        "notes": cases.notes(visit.session, row),
        # Only whoever has taken it sees where to call.
        "reach": desk.thread.reach(visit.session, row.conversation_id)
        if row.claimed_by == visit.who.id
        else {},
        "mine": row.claimed_by == visit.who.id,
        "claimable": row.state in ("queued", "deferred", "expired"),
        "holder": holder.name if holder else None,
        "platform": named,
        "platforms": [one for one in desk.platforms if one.id != row.platform],
        "phrases": desk.phrases,
        "services": row.services,
        "standing": reports.current(visit.session, shown, visit.now.astimezone(PARIS).date()),
        "outcomes": ENDS,
        "forms": codes("obstacles"),
        "refusals": desk.refusals,
        "kept": KEPT,
        "moment": cases.moment,
    }
