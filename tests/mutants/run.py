"""Change the rules of the domain one place at a time, and count the changes that their tests notice.

Cosmic Ray makes the mutants; a seed chooses a random sample of them. They run in a copy of the checkout,
`var/mutants/tree`, each in a fork of this process, until the first failing test: files that import the mutated
module come first, quick ones before slow ones. Prints each surviving change, then how many were killed.

    make mutants                                    # 150 mutants of the rules of figures and prices
    make mutants ARGS="--sample 40 --seed 7 register.py pricing"
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path
from time import monotonic
from xml.etree import ElementTree as ET

import django
import hypothesis  # noqa: F401  the forks inherit what is slow to import
import playwright.sync_api  # noqa: F401
import pytest
from cosmic_ray import plugins
from cosmic_ray.commands.init import _all_work_items
from cosmic_ray.mutating import mutate_code
from cosmic_ray.work_item import MutationSpec

ROOT = Path(__file__).resolve().parents[2]
TREE = ROOT / "var" / "mutants" / "tree"
REPORT = ROOT / "var" / "mutants" / "report.xml"
DOMAIN = Path("sessions_app/domain")
MODULES = (
    *("clock.py", "energy.py", "evidence.py", "figures.py", "flags.py", "inactivity.py", "intervals.py"),
    *("lifecycle.py", "mean_power.py", "meter.py", "metrics.py", "power.py", "register.py", "register_motion.py"),
    *(
        "session_matching.py",
        "session_totals.py",
        "settling.py",
        "start_matching.py",
        "timeline.py",
        "transactions.py",
        "units.py",
    ),
    *("value_selection.py", "pricing"),
)
# One change of each kind. Those that fail on import (`int & None`) or in any test (`*` for `+`) would flatter us.
OPERATORS = re.compile(
    r"core/(NumberReplacer|AddNot|ReplaceAndWithOr|ReplaceOrWithAnd|ReplaceTrueWithFalse|ReplaceFalseWithTrue"
    r"|ReplaceComparisonOperator_(Lt_LtE|LtE_Lt|Gt_GtE|GtE_Gt|Eq_NotEq|NotEq_Eq|Is_IsNot|IsNot_Is)"
    r"|ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|FloorDiv_Mul|Mod_Mul|Pow_Mul|LShift_RShift"
    r"|RShift_LShift|BitAnd_BitOr)|ReplaceUnaryOperator_(USub_UAdd|Delete_Not)|ZeroIterationForLoop"
    r"|ReplaceBreakWithContinue|ReplaceContinueWithBreak|ExceptionReplacer)"
)
DECLARATION = re.compile(r"\s*(class |@)")  # `frozen=True` and its like: no figure depends on them
REFERENCE_ONLY = (
    "tests/domain/test_reference.py",
    "tests/domain/test_reference_relatives.py",
)  # they use no rule of ours
SLOWEST_S = 900  # of all tests, also on a busy machine
ENDLESS_S = 120  # of one mutant: a change may make a loop endless


def main() -> int:
    """Run the sample and print what survives; return 1 if the tests fail without any change."""
    options = arguments()
    copy_checkout()
    os.chdir(TREE)
    sys.path[0] = str(TREE)
    django.setup()
    sample = sampled(options)
    if not passes(["tests/domain", f"--junitxml={REPORT}"]):
        print("The tests fail without any change.", file=sys.stderr)
        return 1
    seconds = seconds_by_file()
    sys.dont_write_bytecode = True  # from here on: a mutant's code would be taken for the original's
    alive = 0
    for number, mutation in enumerate(sample, 1):
        began, place = monotonic(), f"{mutation.module_path}:{mutation.start_pos[0]} {mutation.operator_name}"
        diff = surviving_change(mutation, seconds, options.slowest)
        alive += bool(diff)
        outcome = "alive" if diff else "killed"
        print(f"{number:4}/{len(sample)} {outcome:6} {monotonic() - began:5.1f} s  {place}\n{diff}", end="", flush=True)
    killed = len(sample) - alive
    print(f"{killed} killed, {alive} alive: {killed / max(1, len(sample)):.1%} of {len(sample)}, seed {options.seed}")
    return 0


def arguments() -> Namespace:
    parser = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sample", type=int, default=150, help="how many mutants (150)")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another sample (1)")
    parser.add_argument("--slowest", type=float, default=SLOWEST_S, help="leave out slower test files (s)")
    parser.add_argument("modules", nargs="*", default=MODULES, help="modules or folders of sessions_app/domain")
    return parser.parse_args()


def copy_checkout() -> None:
    """Copy what git knows or would add."""
    shutil.rmtree(TREE, ignore_errors=True)
    names = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True).splitlines()
    for name in names:
        if (ROOT / name).is_file():
            (TREE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, TREE / name)


def sampled(options: Namespace) -> list[MutationSpec]:
    """Return a random sample of the mutations of the modules, in the order of the code."""
    paths: list[Path] = []
    for name in options.modules:
        paths.extend(sorted((DOMAIN / name).glob("*.py")) if (DOMAIN / name).is_dir() else [DOMAIN / name])
    mutations = [item.mutations[0] for item in _all_work_items(paths, {}) if is_counted(item.mutations[0])]
    print(f"{len(mutations)} mutants in {len(paths)} modules", flush=True)
    sample = random.Random(options.seed).sample(mutations, min(options.sample, len(mutations)))
    return sorted(sample, key=lambda each: (each.module_path, each.start_pos))


def is_counted(mutation: MutationSpec) -> bool:
    row, column = mutation.start_pos
    line = Path(mutation.module_path).read_text().splitlines()[row - 1]
    is_signature = "_Mul_" in mutation.operator_name and line[column + 1] != " "  # `*,` and `*values`
    return bool(OPERATORS.fullmatch(mutation.operator_name)) and not is_signature and not DECLARATION.match(line)


def surviving_change(mutation: MutationSpec, seconds: dict[str, float], slowest_s: float) -> str:
    """Return the change as a diff if no test notices it, else ""."""
    module = Path(mutation.module_path)
    original = module.read_text()
    operator = plugins.get_operator(mutation.operator_name)()
    mutated = mutate_code(original, operator, mutation.occurrence)
    module.write_text(mutated)
    try:
        if not passes(nearest_first(module, seconds, slowest_s), ENDLESS_S + 2 * int(sum(seconds.values()))):
            return ""
    finally:
        module.write_text(original)
    return "\n".join(unified_diff(original.splitlines(), mutated.splitlines(), n=1, lineterm="")) + "\n"


def passes(arguments: Sequence[str], limit_s: int = SLOWEST_S) -> bool:
    """Run tests in a fork, which imports the domain and its tests again; too long is a failure."""
    child = os.fork()
    if not child:
        signal.alarm(limit_s)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1), os.dup2(silent, 2)
        for name in [name for name in sys.modules if name.startswith(("sessions_app.domain", "tests"))]:
            if name != "tests.settings":
                del sys.modules[name]
        os._exit(pytest.main(["-x", "-p", "no:cacheprovider", "--hypothesis-profile=mutants", *arguments]))
    return os.waitpid(child, 0)[1] == 0


def seconds_by_file() -> dict[str, float]:
    seconds: dict[str, float] = defaultdict(float)
    for case in ET.parse(REPORT).iter("testcase"):
        seconds[case.attrib["classname"].replace(".", "/") + ".py"] += float(case.attrib["time"])
    return seconds


def nearest_first(module: Path, seconds: dict[str, float], slowest_s: float) -> list[str]:
    """Return the test files: those that import the module first, quick ones before slow ones."""
    name = re.compile(rf"\b{module.stem}\b")
    near = {file for file in seconds if name.search(Path(file).read_text())}
    files = [file for file in seconds if file not in REFERENCE_ONLY and (file in near or seconds[file] <= slowest_s)]
    return sorted(files, key=lambda file: (file not in near, seconds[file]))


if __name__ == "__main__":
    sys.exit(main())
