"""Runs the tests of both environments and of the browser, and says how each ended."""

from __future__ import annotations

import signal
import subprocess
import time
from typing import Mapping, NamedTuple, Sequence

from tools.browser import SETTING, get_browser
from tools.environments import quick_environ
from tools.layout import Layout
from tools.problems import Problem
from tools.progress import Progress
from tools.startup import set_up, train_model

#: pytest's exit code when it found no test at all.
NOTHING_FOUND = 5

#: How long pytest may take to end the programs that its tests have started.
END_SECONDS = 30.0

#: The suites that need the trained model, and a browser.
NEEDS_MODEL = ("all", "bot", "conversations", "browser")
NEEDS_BROWSER = ("all", "browser")
#: Tests of the services that start the trained bot.
WITH_MODEL = ("bench", "chaos", "conversations", "faults")
SUITES = ("all", "unit", "bot", "conversations", "browser", "hostile", "clocks")


class Outcome(NamedTuple):
    """How one run of pytest ended."""

    title: str
    code: int
    seconds: float


def service_command(layout: Layout, suite: str) -> list[str]:
    """The call of pytest for the tests that run in the services' environment."""
    place = "tests/conversations" if suite == "conversations" else "tests"
    command = [str(layout.service_python), "-m", "pytest", place]
    command += ["-n", "2", "--dist", "loadgroup", "-m", "not browser"]
    if suite == "unit":
        command += [f"--ignore=tests/{folder}" for folder in WITH_MODEL]
    return command


def hostile_command(layout: Layout) -> list[str]:
    """As many bodies as AFTERCARE_TEST_EXAMPLES says: thousands take minutes."""
    command = [str(layout.service_python), "-m", "pytest"]
    command += ["tests/gateway/test_contract.py", "tests/gateway/test_api.py"]
    return [*command, "-k", "random_bodies or answer_to_a_token", "--timeout", "3600"]


def clocks_command(layout: Layout) -> list[str]:
    """As many calendars as AFTERCARE_TEST_CALENDARS says: thousands take a minute."""
    command = [str(layout.service_python), "-m", "pytest"]
    command += ["tests/aftercare/clocks/test_business_time.py", "-k", "random_calendars"]
    return [*command, "--timeout", "3600"]


def browser_command(layout: Layout) -> list[str]:
    """A run of its own: while Playwright is open, no other test can have an event loop."""
    return [str(layout.service_python), "-m", "pytest", "tests", "-m", "browser"]


def bot_command(layout: Layout) -> list[str]:
    """tests/conftest.py belongs to the services, so the bot's tests look no higher than theirs."""
    command = [str(layout.bot_python), "-m", "pytest", "tests/bot", "-c", "bot/pytest.ini"]
    return [*command, "--rootdir", ".", "--confcutdir", "tests/bot"]


def suite_environ(
    layout: Layout, environ: Mapping[str, str], browser: str | None
) -> dict[str, str]:
    """Tests bring their own settings: those of this installation are kept away from them."""
    kept = {
        name: value
        for name, value in quick_environ(layout, environ).items()
        if not name.startswith("AFTERCARE_") or name.startswith("AFTERCARE_TEST_")
    }
    kept["RASA_TELEMETRY_ENABLED"] = "false"
    if browser:
        kept[SETTING] = browser
    return kept


def suite_commands(layout: Layout, suite: str, with_browser: bool) -> list[tuple[str, list[str]]]:
    """What is run, in this order, each with its title."""
    commands = []
    if suite in ("all", "unit"):
        commands.append(("Tests of the services", service_command(layout, suite)))
    if suite == "hostile":
        commands.append(("Random and hostile bodies", hostile_command(layout)))
    if suite == "clocks":
        commands.append(("Working time on random calendars", clocks_command(layout)))
    if suite == "conversations":
        commands.append(("Conversations with the bot", service_command(layout, suite)))
    if suite in NEEDS_BROWSER and with_browser:
        commands.append(("Tests in the browser", browser_command(layout)))
    if suite in ("all", "bot"):
        commands.append(("Tests of the bot", bot_command(layout)))
    return commands


def run_suites(layout: Layout, environ: Mapping[str, str], progress: Progress, suite: str) -> None:
    """Set up what the suite needs, run it, print a summary; a Problem if any test failed."""
    set_up(layout, environ, progress)
    if suite in NEEDS_MODEL:
        train_model(layout, environ, progress)
    browser = None
    if suite in NEEDS_BROWSER:
        with progress.step("Finding a browser") as step:
            browser = get_browser(layout, environ, step)
        if browser is None and suite == "browser":
            return
    commands = suite_commands(layout, suite, browser is not None)
    surroundings = suite_environ(layout, environ, browser)
    outcomes = []
    for title, command in commands:
        progress.say(f"\n{title}")
        started = time.monotonic()
        code = run_shown(command, layout, surroundings)
        outcomes.append(Outcome(title, code, time.monotonic() - started))
    _conclude(outcomes, progress, skipped=suite == "all" and browser is None)


def run_shown(command: Sequence[str], layout: Layout, environ: Mapping[str, str]) -> int:
    """Run with the output shown as it comes; ended, when this program is, before it goes."""
    process = subprocess.Popen(
        list(command), cwd=str(layout.root), env=dict(environ), stdin=subprocess.DEVNULL
    )
    try:
        return process.wait()
    except BaseException as reason:
        # pytest ends in order, with all that its tests have started, when it is interrupted.
        # Ctrl-C reaches it by itself, and a second one would cut its ending short.
        if not isinstance(reason, KeyboardInterrupt):
            process.send_signal(signal.SIGINT)
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise


def _conclude(outcomes: list[Outcome], progress: Progress, skipped: bool) -> None:
    progress.say("\nSummary")
    for outcome in outcomes:
        words = {0: "passed", NOTHING_FOUND: "FAILED: no tests were found"}
        said = words.get(outcome.code, f"FAILED (exit code {outcome.code})")
        progress.say(f"  {outcome.title}: {said}, {outcome.seconds:.0f} s")
    if skipped:
        progress.say("  Tests in the browser: SKIPPED, no browser was found")
    if any(outcome.code for outcome in outcomes):
        raise Problem("Tests failed; the first failure above is the place to begin.")


def step_count(suite: str) -> int:
    return 3 + (suite in NEEDS_MODEL) + (suite in NEEDS_BROWSER)
