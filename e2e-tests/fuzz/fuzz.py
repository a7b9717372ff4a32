"""Calls every operation of a running suite with data its description allows and forbids, as a user and as administrator.

Ends with another code than 0 when an answer is a 5xx, has a status or a body that is not described, or lets somebody in
without credentials. Options behind ``--`` go to Schemathesis, e.g. ``-- --include-path /api/v1/tunnels``.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
REPORTS = HERE / "schemathesis-report"


def suite_status():
    answer = subprocess.run([ROOT / "culvert", "status", "--json"], capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


def fuzz(status, who, examples, more):
    print(f"== as {who}", flush=True)
    gateway = status["gateway"].rstrip("/")
    REPORTS.mkdir(exist_ok=True)
    answers = REPORTS / f"answers-{who}.json"
    answers.unlink(missing_ok=True)
    environment = os.environ | {
        "CULVERT_URL": gateway,
        "CULVERT_MAILBOX": f"http://127.0.0.1:{status['ports']['mailbox']}",
        "CULVERT_RECEIVER": f"http://127.0.0.1:{status['ports']['demo-receiver']}/hook",
        "CULVERT_DATA": os.environ.get("CULVERT_DATA", str(ROOT / ".culvert")),
        "FUZZ_AS": who,
        "FUZZ_ANSWERS": str(answers),
        "SCHEMATHESIS_HOOKS": "hooks",
        "PYTHONPATH": str(HERE),
    }
    command = [
        pathlib.Path(sys.executable).parent / "schemathesis",
        "--config-file", HERE / "schemathesis.toml",
        "run", gateway + "/openapi.json",
        "--url", gateway,
        "--max-examples", str(examples),
        "--phases", "examples,coverage,fuzzing",
        "--continue-on-failure",
        "--request-timeout", "30",
        "--suppress-health-check", "all",
        *more,
    ]
    code = subprocess.run(command, cwd=HERE, env=environment, check=False).returncode
    if answers.exists():
        tell(who, json.loads(answers.read_text()))
    return code


def tell(who, answers):
    """How many operations answered how, for example 2xx."""
    classes = collections.Counter()
    for statuses in answers.values():
        for status, count in statuses.items():
            classes[status[0] + "xx"] += count
    taken = sum(any(status[0] in "123" for status in statuses) for statuses in answers.values())
    counts = ", ".join(f"{count} {name}" for name, count in sorted(classes.items()))
    print(f"== as {who}: {len(answers)} operations, {taken} of them took a call; answers: {counts}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=20, help="cases of each operation, by default 20")
    parser.add_argument("--as", dest="who", choices=["user", "administrator"], help="only as this one")
    parser.add_argument("more", nargs="*", help="options of Schemathesis")
    options = parser.parse_args()
    status = suite_status()
    callers = [options.who] if options.who else ["user", "administrator"]
    sys.exit(max(fuzz(status, who, options.examples, options.more) for who in callers))


if __name__ == "__main__":
    main()
