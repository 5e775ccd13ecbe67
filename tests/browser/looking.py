"""What browser tests look with: pages that keep their complaints, axe, and the queue behind them."""

from web_world import TENANT

from matcher.model import MatchState
from storage import matches as stored_matches
from storage.database import reading

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


# What axe would fetch before it looks serves rules about sound and about locks of orientation only.
AXE = """values => axe.run(document, {runOnly: {type: 'tag', values}, resultTypes: ['violations'], preload: false})"""


def problems(page, axe: str) -> list[str]:
    """What axe finds on the page, as rule and place."""
    page.evaluate(axe)
    found = page.evaluate(AXE, RULES)["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]
    ]


def a_page(chromium, width: int = 1400, scheme: str = "light", **options):
    """A page whose console complaints are kept in `page.complaints`."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, locale="sv-SE", **options
    )
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda said: page.complaints.append(str(said)))
    return page


def ours(complaints: list[str]) -> list[str]:
    """Complaints that are not the browser's note of a status such as 404."""
    return [said for said in complaints if "the server responded with a status" not in said]


def states(site, state: MatchState) -> list:
    with reading(site.world.engine) as conn:
        return stored_matches.find(conn, TENANT, states=[state])
