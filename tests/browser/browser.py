"""JupyterLab and a headless Chromium that opens notebooks in it, for tests that look at what a reader sees.

Readiness is awaited through JupyterLab's own promises, never guessed from the page, and every wait has an end.
"""

import ast
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",  # containers run as root
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE_SECONDS = 60  # for anything on the page but running a notebook
RUN_SECONDS = 600  # for running a whole notebook: ten times what it may take on an idle core
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "notebook-extension/tracker": {"windowingMode": "none"},  # else cells out of sight are not on the page
}
OPEN = """async path => {
  const app = window.jupyterapp;
  await app.restored;
  const panel = await app.commands.execute('docmanager:open', { path, factory: 'Notebook' });
  await panel.context.ready;
  await panel.sessionContext.ready;
  const kernel = panel.sessionContext.session.kernel;
  await kernel.info;
  while (kernel.connectionStatus !== 'connected' || kernel.status !== 'idle')
    await new Promise(done => setTimeout(done, 50));
  window.asked = app.serviceManager.kernels.connectTo({ model: kernel.model, handleComms: false });
}"""
# Over a connection of its own, so that it also works once the notebook is closed.
ASK = """async ([code, expression]) => {
  const given = { code, silent: true, store_history: false, user_expressions: { answer: expression } };
  const { content } = await window.asked.requestExecute(given).done;
  const { status, evalue, data } = content.status === 'ok' ? content.user_expressions.answer : content;
  if (status !== 'ok') throw new Error(evalue);
  return data['text/plain'];
}"""


class Lab:
    """A running JupyterLab: `root` is the folder of its notebooks, `url` where it answers."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root, self.log = root, home / "jupyterlab.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        for name, content in SETTINGS.items():
            path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps(content))
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": port,
            "ServerApp.port_retries": 0,
            "ServerApp.open_browser": False,
            "ServerApp.allow_root": True,
            "ServerApp.root_dir": root,
            "ServerApp.disable_check_xsrf": True,
            "IdentityProvider.token": "",
            "LabApp.expose_app_in_browser": True,
            "LabApp.extension_manager": "readonly",
            "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        }
        command = [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=environment(home), stdout=log, stderr=log)

    def wait(self, seconds: float = PAGE_SECONDS) -> None:
        """Return when the server answers."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(self.url + "/api/status", timeout=2).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"JupyterLab did not answer within {seconds} s:\n{self.log.read_text()}")

    def stop(self) -> None:
        """End the server, and with it its kernels."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)


def environment(home: Path) -> dict[str, str]:
    """The variables of a reader's JupyterLab: folders of its own, one thread, and somebody at the page."""
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    own = {name: str(home / folder) for name, folder in folders.items()} | {"OMP_NUM_THREADS": "1"}
    return {name: value for name, value in os.environ.items() if name != "GAN_EDU_HEADLESS"} | own


@contextmanager
def serving(root: Path, home: Path) -> Iterator[Lab]:
    """JupyterLab on the notebooks in `root`, until the block ends; `home` is an empty folder for its files."""
    lab = Lab(root, home)
    try:
        lab.wait()
        yield lab
    finally:
        lab.stop()


@contextmanager
def browsing() -> Iterator[Browser]:
    """A headless Chromium, until the block ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, headless=True, timeout=1000 * PAGE_SECONDS
        )
        try:
            yield browser
        finally:
            browser.close()


class OpenNotebook:
    """A notebook open in JupyterLab, its kernel ready; `errors` collects what the page throws."""

    def __init__(self, browser: Browser, lab: Lab, name: str) -> None:
        self.page: Page = browser.new_page(viewport={"width": 1024, "height": 900})
        self.page.set_default_timeout(1000 * PAGE_SECONDS)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.lab = lab
        self.load(name)

    def load(self, name: str) -> None:
        """Load JupyterLab anew, and open a notebook in it; its kernel may be running already."""
        self.page.goto(f"{self.lab.url}/lab?reset")
        self.page.wait_for_function("window.jupyterapp !== undefined")
        self.within(PAGE_SECONDS, OPEN, name)

    def within(self, seconds: float, script: str, argument: object = None) -> object:
        """Evaluate an asynchronous JavaScript function with one argument, and fail when it takes too long."""
        late = (
            f"new Promise((_, fail) => setTimeout(() => fail(new Error('longer than {seconds} s')), {1000 * seconds}))"
        )
        return self.page.evaluate(f"argument => Promise.race([({script})(argument), {late}])", argument)

    def command(self, name: str, arguments: dict[str, object] | None = None, seconds: float = PAGE_SECONDS) -> object:
        """Execute a command of JupyterLab, and return what it resolves to."""
        script = "([name, given]) => window.jupyterapp.commands.execute(name, given)"
        return self.within(seconds, script, [name, arguments or {}])

    def ask(self, expression: str, code: str = "", seconds: float = PAGE_SECONDS) -> object:
        """The value of a Python expression in the kernel, where it is a literal, after executing some code there."""
        return ast.literal_eval(self.within(seconds, ASK, [code, expression]))

    def run_all(self) -> bool:
        """Run all cells; True if none raised."""
        return self.command("notebook:run-all-cells", seconds=RUN_SECONDS) is True

    def close(self) -> None:
        """End the kernel, so that a machine with little memory holds one at a time, and close the page."""
        try:
            self.within(PAGE_SECONDS, "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        finally:
            self.page.close()


@contextmanager
def opened(browser: Browser, lab: Lab, name: str) -> Iterator[OpenNotebook]:
    """The notebook `name` below the server's root, open until the block ends."""
    notebook = OpenNotebook(browser, lab, name)
    try:
        yield notebook
    finally:
        notebook.close()


def need_chromium() -> None:
    """Skip the test where there is no browser; in CI, fail it."""
    if CHROMIUM is None:
        reason = "chromium must be installed for this test (Debian: apt-get install chromium), got none"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


def drag(slider: Locator) -> None:
    """Drag a slider from its middle to beyond its right end."""
    box, mouse = slider.bounding_box(), slider.page.mouse
    middle = box["y"] + box["height"] / 2
    mouse.move(box["x"] + box["width"] / 2, middle)
    mouse.down()
    for share in (0.6, 0.7, 0.8, 0.9, 1.1):
        mouse.move(box["x"] + share * box["width"], middle)
    mouse.up()


def contrast(*colours: str) -> float:
    """The contrast ratio of two opaque CSS colours, from 1 to 21 (Web Content Accessibility Guidelines 2.2)."""
    levels = []
    for colour in colours:
        shares = [int(level) / 255 for level in re.findall(r"\d+", colour)[:3]]
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        levels.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(levels) + 0.05) / (min(levels) + 0.05)
