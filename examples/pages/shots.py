"""The pictures of pages in README.md: `symrnn docs -o site`, then `python shots.py site`.

Needs `pip install playwright` and a Chromium of the system.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURES = {"lstm": "en/lstm.html#pictures", "bidirectional": "en/bidirectional_rnn.html#pictures",
            "index": "en/index.html", "lstm-zh-TW": "zh-TW/lstm.html#backward"}
OPENED = {"lstm-zh-TW": "#equation-13 summary"}  # whose derivation is unfolded


def main(site: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, address in PICTURES.items():
            page = browser.new_page(viewport={"width": 1280, "height": 860})
            page.goto(f"{site.resolve().as_uri()}/{address}")
            if name in OPENED:
                page.locator(OPENED[name]).click()
            page.screenshot(path=Path(__file__).with_name(f"{name}.png"))
            page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
