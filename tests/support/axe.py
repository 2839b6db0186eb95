"""What is wrong with a page for people without a mouse or without sight, as far as axe-core can tell."""

from functools import cache

from playwright.async_api import Page

from helpdesk.paths import BASE_DIR

AXE = BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
RUN = """\
async (part) => {
  const { violations } = await axe.run(part);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target}: ${failureSummary}`));
}
"""


@cache
def _source() -> str:
    return AXE.read_text()


async def complaints(page: Page, part: str = "html") -> list[str]:
    """List what axe finds in a part of a page, shadow roots included."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(f"() => {{ {_source()} }}")
    found: list[str] = await page.evaluate(RUN, part)
    return found
