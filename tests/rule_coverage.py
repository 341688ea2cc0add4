"""Who names each rule of sync behaviour, and the page of it: ``make coverage-report``."""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import intacct_pipelines
from intacct_pipelines.report.coverage import Citations, coverage

TESTS = Path(__file__).parent
SOURCES = Path(intacct_pipelines.__file__).parent
PAGE = TESTS.parent / "docs" / "coverage.md"
_RULE = re.compile(r"\bS-[A-Z]+-\d+\b")
_ABOUT_RULES = ("test_rules.py", "test_coverage.py", "rule_coverage.py")
"""Files that name rules to look for others that do."""


def rules_in(files: Iterable[Path]) -> set[str]:
    """Every rule that some files name."""
    return {rule for path in files for rule in _RULE.findall(path.read_text(encoding="utf-8"))}


def citations() -> Citations:
    """Tests and modules by the rule that they name, in the order of their names."""
    tests: dict[str, list[str]] = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        if path.name not in _ABOUT_RULES:
            for name, rules in named_by_tests(path.read_text(encoding="utf-8")):
                for rule in rules:
                    tests[rule].append(f"{path.relative_to(TESTS).as_posix()}::{name}")
    modules: dict[str, set[str]] = defaultdict(set)
    for path in [*SOURCES.rglob("*.py"), *SOURCES.rglob("*.sql")]:
        room, *_ = parts = path.relative_to(SOURCES).with_suffix("").parts
        if parts[:2] != ("domain", "rules"):
            for rule in rules_in([path]):
                # What the twins of other systems know of a rule is one place: nothing of the product's own.
                modules[rule].add(room if room == "sandbox" else ".".join(p for p in parts if p != "__init__"))
    return Citations(tests, {rule: sorted(names) for rule, names in modules.items()})


def named_by_tests(source: str) -> Iterator[tuple[str, set[str]]]:
    """The tests of a file, in order, each with the rules that it names, or that what it uses of its file names."""
    named: dict[str, str] = {}
    for node in ast.parse(source).body:
        text = _text(source, node)
        named.update(dict.fromkeys(_names(node), text))
    for name in named:
        if name.startswith("test_"):
            yield name, {rule for used in _used(name, named) for rule in _RULE.findall(named[used])}


def _text(source: str, node: ast.stmt) -> str:
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
    return "\n".join(source.splitlines()[first - 1 : node.end_lineno])


def _names(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Assign():
            return [name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _used(name: str, named: dict[str, str]) -> set[str]:
    found, waiting = set(), [name]
    while waiting:
        if (one := waiting.pop()) not in found:
            found.add(one)
            waiting.extend(word for word in re.findall(r"\w+", named[one]) if word in named)
    return found


def is_current() -> bool:
    """Whether the page says what stands in rules, code and tests."""
    return PAGE.read_text(encoding="utf-8") == coverage(citations())


def main() -> None:
    """Write the page anew; with ``--check`` only say whether that would change it."""
    if "--check" in sys.argv:
        if not is_current():
            sys.exit("docs/coverage.md is out of date: run `make coverage-report`")
        return
    PAGE.write_text(coverage(citations()), encoding="utf-8")


if __name__ == "__main__":
    main()
