"""The ways into the profile in a real browser: files chosen, proposals ticked, drafts made, with script and without."""

from dataclasses import replace

import pytest
from looking import a_page, problems
from papers import POLICY, a_docx, a_pdf
from web_world import TENANT

from builders import NOW
from profiles.parts import PartKind, part_from
from profiles.write import profile_text
from storage import profiles as stored_profiles
from storage import proposals
from storage.database import reading, writing

pytestmark = pytest.mark.browser
SHEET = "Enhet;Slag;Nämnd\nHamnbolaget;bolag;Styrelsen\n"
FAULTY = "Namn;E-post;Roll\nA;a@b;kung\n"


@pytest.fixture
def kept(site):
    """The site with its profile in the database."""
    profile = site.world.profile
    with writing(site.world.engine) as conn:
        stored_profiles.save(conn, TENANT, profile.key, profile_text(profile), "cli", NOW)
    return site


def send(page, address: str, name: str, content: bytes) -> None:
    page.goto(address)
    page.set_input_files(
        "#file", files=[{"name": name, "mimeType": "application/octet-stream", "buffer": content}]
    )
    page.locator("main form button.primary").click()
    page.wait_for_load_state()


def drafts(site) -> list:
    with reading(site.world.engine) as conn:
        return proposals.find(conn, TENANT)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize(
    ("name", "content"), [("policy.pdf", a_pdf()), ("policy.docx", a_docx())], ids=["PDF", "DOCX"]
)
def test_a_policy_is_uploaded_and_two_proposals_become_a_draft(kept, chromium, name, content, script):
    page = a_page(chromium, java_script_enabled=script)
    kept.open_as(page)
    send(page, f"{kept.address}/profil/in/policy", name, content)
    page.check("#aim-0-take")
    page.check("#area-1-take")
    page.fill("#area-1-title", "Lära hela livet")
    page.locator("main form button.primary").click()
    page.wait_for_url("**/profil/utkast/*")
    (draft,) = drafts(kept)
    part = part_from(PartKind.POLICY, draft.document)
    assert part.priority_areas[-1].title == "Lära hela livet"
    assert part.policy.aims[-1].text.startswith("Arbetet med andra länder syftar till")
    page.context.close()


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(320, "dark", "en"), (1400, "light", "sv")], ids=["narrow", "wide"]
)
def test_axe_finds_nothing_on_what_comes_of_a_file__G5(kept, chromium, axe, width, scheme, language):
    page = a_page(chromium, width, scheme)
    kept.open_as(page)
    page.goto(f"{kept.address}/profil/in?lang={language}")
    profile, found = kept.world.profile, {}
    with writing(kept.world.engine) as conn:
        other = profile_text(replace(profile, county="Skåne län"))
        stored_profiles.save(conn, TENANT, profile.key, other, "samordnare-2", NOW)
    older = profile_text(replace(profile, nuts3="SE231"))
    for path, name, text in (
        ("policy", "p.txt", POLICY), ("ark", "a.csv", SHEET), ("ark", "b.csv", FAULTY), ("fil", "p.toml", "="),
        ("fil", f"{profile.key}-version-1.toml", older),
    ):  # fmt: skip
        send(page, f"{kept.address}/profil/in/{path}", name, text.encode())
        found[name] = problems(page, axe)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is wider than the screen"
    assert page.locator(".meanwhile ins", has_text="Skåne län").count(), "what others changed is shown"
    assert not any(found.values()), found
    page.context.close()
