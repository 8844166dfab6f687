"""The gallery of samples in a real browser."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_press_opens_a_sample_also_by_keyboard_and_every_picture_is_there(server, visit):
    page = visit.page
    page.goto(server.url)
    gallery = page.get_by_role("group", name="Samples")
    expect(gallery.get_by_role("button")).to_have_count(21, timeout=60_000)
    page.wait_for_function(
        """() => [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")].some(host => {
          const images = [...(host.shadowRoot?.querySelectorAll(".gallery img") ?? [])]
          return images.length === 21 && images.every(image => image.complete && image.naturalWidth > 0)
        })"""
    )
    gallery.get_by_role("button", name="CT, small").click()
    expect(page.get_by_text("128 rows x 128 columns")).to_be_visible(timeout=60_000)

    gallery.get_by_role("button", name="Digit 7").press("Enter")
    expect(page.get_by_text("28 rows x 28 columns")).to_be_visible(timeout=60_000)
    assert visit.errors == [] and visit.outside == []
