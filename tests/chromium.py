"""A headless Chromium for tests, driven through the Chrome DevTools protocol over a pair of pipes; it needs no other package."""

import base64
import csv
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
MISSING = "Chromium is not installed (on Debian: apt install chromium); the page is not tested in a browser"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--remote-debugging-pipe", "--hide-scrollbars",
)  # fmt: skip
PATIENCE = 20  # seconds that any answer may take on a busy machine
# The protocol uses the file descriptors 3 (to Chromium) and 4 (from it).
EXEC = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"


class Chromium:
    """A running Chromium: commands are sent and answered one at a time; events are kept for the page that they belong to."""

    def __init__(self, profile: Path) -> None:
        to_browser, from_browser = os.pipe(), os.pipe()
        ends = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in (to_browser[0], from_browser[1])]
        command = [str(PROGRAM), *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self.process = subprocess.Popen(
            [sys.executable, "-c", EXEC, *map(str, ends), *command], pass_fds=ends, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for fd in (*ends, to_browser[0], from_browser[1]):
            os.close(fd)
        self.input, self.output, self.rest, self.count = to_browser[1], from_browser[0], b"", 0
        self.events: list[dict[str, Any]] = []

    def send(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        os.write(self.input, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.count:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self.events.append(answer)

    def receive(self) -> dict[str, Any]:
        """Return the next message of the browser."""
        end = time.monotonic() + PATIENCE
        while b"\0" not in self.rest:
            assert select.select([self.output], [], [], end - time.monotonic())[0], "Chromium does not answer"
            part = os.read(self.output, 1 << 20)
            assert part, "Chromium has ended"
            self.rest += part
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)

    def close(self) -> None:
        """End the browser."""
        os.close(self.input)
        os.close(self.output)
        self.process.terminate()
        self.process.wait(20)


@contextmanager
def running_chromium(profile: Path) -> Iterator[Chromium]:
    """Yield a browser with a new, empty profile."""
    browser = Chromium(profile)
    try:
        yield browser
    finally:
        browser.close()


class BrowserPage:
    """A tab at a given width, light or dark."""

    def __init__(self, browser: Chromium, width: int = 1280, dark: bool = False, scripts: bool = True) -> None:
        self.browser = browser
        target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.send("Emulation.setScriptExecutionDisabled", value=not scripts)

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command to this tab."""
        return self.browser.send(method, self.session, **parameters)

    def open(self, address: str, wait: str = "document.documentElement.dataset.ready === 'true'") -> None:
        """Open an address and wait until its scripts have started."""
        self.send("Page.bringToFront")  # a page in the background draws nothing
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=address)
        self.wait(f"location.protocol === 'file:' && document.readyState === 'complete' && ({wait})")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression, awaited if it is a promise."""
        answer = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until a condition holds."""
        end = time.monotonic() + PATIENCE
        while not self.evaluate(f"Boolean({condition})"):
            assert time.monotonic() < end, f"never true: {condition}; errors of the page: {self.errors()}"
            time.sleep(0.05)

    def frame(self) -> None:
        """Wait until two frames have been drawn."""
        self.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30))))")

    def shared_address(self) -> str:
        """Return the address once the page has written its state into it."""
        self.evaluate("new Promise((done) => setTimeout(done, 500))")
        shared: str = self.evaluate("location.href")
        return shared

    def text(self, selector: str) -> str:
        """Return the text of an element."""
        return self.evaluate(f"document.querySelector({json.dumps(selector)}).textContent")

    def set_value(self, selector: str, value: object) -> None:
        """Set a control as its reader does, with an input event."""
        self.evaluate(
            f"{{ const control = document.querySelector({json.dumps(selector)}); control.value = {json.dumps(str(value))};"
            " control.dispatchEvent(new Event('input', {bubbles: true})); }"
        )
        self.frame()

    def click(self, selector: str) -> None:
        """Click the middle of an element with the mouse."""
        x, y = self.middle(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.frame()

    def middle(self, selector: str) -> tuple[float, float]:
        """Scroll to an element and return its middle in the window."""
        script = (
            f"(() => {{ const part = document.querySelector({json.dumps(selector)}); part.scrollIntoView({{block: 'center', behavior: 'instant'}});"
            " const box = part.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        x, y = self.evaluate(script)
        return x, y

    def press(self, key: str) -> None:
        """Press a key."""
        printed = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        codes = {"Enter": 13, "Tab": 9, "Escape": 27, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
        self.send("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=codes.get(key, ord(key[0])), **printed)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=codes.get(key, ord(key[0])))
        self.frame()

    def pixels(self, canvas: str) -> list[int]:
        """Return every number of a canvas' image."""
        script = (
            f"(() => {{ const shown = document.querySelector({json.dumps(canvas)}); const copy = document.createElement('canvas');"
            " [copy.width, copy.height] = [shown.width, shown.height]; const context = copy.getContext('2d', {willReadFrequently: true});"
            " context.drawImage(shown, 0, 0); return [...context.getImageData(0, 0, copy.width, copy.height).data]; })()"
        )
        values: list[int] = self.evaluate(script)
        return values

    def saved_csv(self, button: str, folder: Path) -> list[list[str]]:
        """Return the rows of the CSV file that a button saves into an empty folder."""
        self.browser.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
        self.click(button)
        end = time.monotonic() + PATIENCE
        while not (files := list(folder.glob("*.csv"))):
            assert time.monotonic() < end, "no file was saved"
            time.sleep(0.05)
        return list(csv.reader(files[0].read_text(encoding="utf-8").splitlines()))

    def screenshot(self, path: Path, selector: str = "body") -> None:
        """Save a picture of an element."""
        box = self.evaluate(
            f"(() => {{ const box = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            " return [box.x + scrollX, box.y + scrollY, box.width, box.height]; })()"
        )
        clip = dict(zip(("x", "y", "width", "height"), box), scale=1)
        picture = self.send("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        path.write_bytes(base64.b64decode(picture))

    def own_events(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of this tab's events of one kind."""
        self.evaluate("0")  # collects what has happened until now
        return [event["params"] for event in self.browser.events if event.get("sessionId") == self.session and event["method"] == method]

    def errors(self) -> list[str]:
        """Return every uncaught exception, console error and violation of the page's policy."""
        thrown = [str(event["exceptionDetails"]) for event in self.own_events("Runtime.exceptionThrown")]
        printed = [str(event["args"]) for event in self.own_events("Runtime.consoleAPICalled") if event["type"] in ("error", "assert", "warning")]
        logged = [event["entry"]["text"] for event in self.own_events("Log.entryAdded") if event["entry"]["level"] in ("error", "warning")]
        return thrown + printed + logged

    def requests(self) -> list[str]:
        """Return the addresses that the page asked for, except those that it holds itself."""
        asked = [event["request"]["url"] for event in self.own_events("Network.requestWillBeSent")]
        return [address for address in asked if not address.startswith(("data:", "blob:", "about:"))]
