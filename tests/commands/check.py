"""Reads every file of commands with the grammar of the tool that runs it.

Usage: check.py FOLDER, where FOLDER is the `commands` folder of a report. PowerShell files are parsed by
tree-sitter-powershell. Shell files are run with a `gam` that only notes how it was called; each call then goes through
GAM's own parser, whose calls to Google are stubbed, and must end in the one call that its step is for.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import tree_sitter_powershell
from tree_sitter import Language, Parser

# The account that the stubbed `gam` acts for.
DOMAIN = "contoso.example"

# What Google is asked for, by the words of the step.
CALLS = {
    "chrome-powerwash": ("issueCommand", "REMOTE_POWERWASH"),
    "chrome-disable": ("batchChangeStatus", "CHANGE_CHROME_OS_DEVICE_STATUS_ACTION_DISABLE"),
    "chrome-deprovision": ("batchChangeStatus", "CHANGE_CHROME_OS_DEVICE_STATUS_ACTION_DEPROVISION"),
    "google-account-wipe": ("action", "admin_account_wipe"),
}


def powershell(folder):
    """Errors of the files for PowerShell, and how many there are."""
    parser = Parser(Language(tree_sitter_powershell.language()))
    errors, files = [], sorted(folder.rglob("*.ps1"))
    for file in files:
        tree = parser.parse(file.read_bytes())
        nodes = [tree.root_node]
        while nodes:
            node = nodes.pop()
            if node.type == "ERROR" or node.is_missing:
                errors.append(f"{file}:{node.start_point[0] + 1}: {node.type}: {node.text.decode()[:80]!r}")
            nodes.extend(node.children)
    return errors, len(files)


def options(text):
    """What a shell file wants before it acts."""
    import re

    wanted = ["--execute", "--log=log.csv", f"--domain={DOMAIN}"]
    if "--condition-met)" in text:
        wanted.append("--condition-met")
    wanted += re.findall(r"^\s+(--erase=\d+)\)", text, re.M)
    choices = re.findall(r"^\s+--choice='?([^')]+)'?\)", text, re.M)
    return [wanted + [f"--choice={choice}"] for choice in choices] or [wanted]


def calls(file, work):
    """How a shell file calls `gam`, one list of words a call."""
    found = []
    for wanted in options(file.read_text()):
        for left in ("calls", "log.csv"):
            (work / left).unlink(missing_ok=True)
        env = {"PATH": f"{work / 'bin'}:/usr/bin:/bin"}
        for _ in range(2):
            subprocess.run(["sh", str(file), *wanted], cwd=work, env=env, check=True, stdout=subprocess.DEVNULL)
        lines = (work / "calls").read_text().split("\n\n")
        once = [line.split("\0")[:-1] for line in lines if line]
        found += once
        if len({tuple(call) for call in once}) != len(once):
            raise SystemExit(f"{file}: a second run does the same again")
    return found


def stage(work):
    """Programs that only note how they were called."""
    (work / "bin").mkdir()
    account = f"case \"$1 $2\" in 'info customer') echo 'Primary Domain: {DOMAIN}'; exit ;; esac"
    note = "printf '%s\\0' \"$@\" >>calls; printf '\\n\\n' >>calls"
    for name, body in [("gam", f"{account}\n{note}"), ("date", "echo 20991231")]:
        program = work / "bin" / name
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)


def load_gam(work):
    """GAM, with every call to Google noted and none made."""
    os.environ.update(GAMCFGDIR=str(work), HOME=str(work), GAM_THREADS="1")
    import gam
    from unittest.mock import MagicMock

    asked = []

    def call(service, function, *_, **parameters):
        body = parameters.get("body") or {}
        asked.append((function, " ".join(str(value) for value in body.values())))
        ids = body.get("deviceIds", [])
        return {"changeChromeOsDeviceStatusResults": [{"deviceId": one} for one in ids], "commandId": "1", "state": "EXPIRED"}

    gam.buildGAPIObject = lambda *_, **__: MagicMock()
    gam.callGAPI = call
    return gam, asked


def gam_lines(folder):
    """Errors of the files for GAM, and how many calls there are."""
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        stage(work)
        files = sorted(folder.rglob("*.sh"))
        gam, asked = load_gam(work)
        errors, number = [], 0
        for file in files:
            step = next((step for step in CALLS if f"-{step}." in file.name), None)
            if step is None:
                errors.append(f"{file}: no call is known for its step")
                continue
            for words in calls(file, work):
                number += 1
                asked.clear()
                with open(work / "said", "w+", encoding="utf-8") as said:
                    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                        # Once its configuration is written, GAM need not read it again.
                        code = gam.ProcessGAMCommand(["gam", *words], processGamCfg=number == 1, inLoop=True)
                text = (work / "said").read_text()
                function, value = CALLS[step]
                if code != 0 or not any(name == function and value in body for name, body in asked):
                    errors.append(f"{file}: gam {' '.join(words)}: code {code}, asked {asked}: {text[-600:]}")
    return errors, number


def main():
    folder = Path(sys.argv[1]).resolve()
    errors, files = powershell(folder)
    more, lines = gam_lines(folder)
    for error in errors + more:
        print(error, file=sys.stderr)
    if errors or more:
        raise SystemExit(1)
    if not files or not lines:
        raise SystemExit(f"{folder}: there is nothing to read")
    print(f"{files} PowerShell files and {lines} GAM calls parsed")


main()
