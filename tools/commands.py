"""Runs one program inside a step: output into a log file, the last lines shown if it fails."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Mapping, Sequence

from tools.problems import Problem
from tools.progress import Step

TAIL_LINES = 15
TAIL_BYTES = 32768
STOP_SECONDS = 10.0
#: The time, level and module that Rasa puts before what it says.
LOG_HEAD = re.compile(r"^\d{4}-\d\d-\d\d \S+ +[A-Z]+ +\S+ +- ")
#: The place in a library and the kind that Python puts before a warning.
WARNING_HEAD = re.compile(r"^\S+\.py:\d+: \w*Warning: ")
NO_NOISE = re.compile(r"(?!)")
COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def last_lines(log: Path, count: int = TAIL_LINES, noise: re.Pattern[str] = NO_NOISE) -> str:
    """The end of a log without its noise, indented; empty when there is none."""
    try:
        with log.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - TAIL_BYTES))
            text = stream.read().decode("utf-8", "replace")
    except OSError:
        return ""
    lines = COLOURS.sub("", text).replace("\r", "\n").split("\n")
    telling = [line.rstrip() for line in lines if line.strip() and not noise.search(line)]
    return "\n".join("    " + WARNING_HEAD.sub("", line) for line in telling[-count:])


def stop_group(process: subprocess.Popen[bytes], seconds: float = STOP_SECONDS) -> None:
    """End a program that was started in a group of its own, and whatever it started in turn."""
    signal_group(process, signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        signal_group(process, signal.SIGKILL)
        process.wait()


def signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        # The group is gone already; on macOS an ended one answers "not permitted".
        return


def run_logged(
    command: Sequence[str],
    step: Step,
    log: Path,
    cwd: Path,
    env: Mapping[str, str],
    failure: str,
    advice: str | None = None,
    noise: re.Pattern[str] = NO_NOISE,
) -> None:
    """Run the command to its end; a failure becomes a Problem that begins with `failure`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                list(command),
                cwd=str(cwd),
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise Problem(f"{failure}: {command[0]} cannot be run ({error.strerror}).") from error
    try:
        while True:
            try:
                code = process.wait(0.2)
                break
            except subprocess.TimeoutExpired:
                step.tick(LOG_HEAD.sub("", last_lines(log, 1).strip()))
    except BaseException:
        stop_group(process)
        raise
    if code != 0:
        lines = [f"{failure} (exit code {code}). The last lines of {log}:"]
        lines.append(last_lines(log, noise=noise))
        if advice:
            lines.append(advice)
        raise Problem("\n".join(lines))
