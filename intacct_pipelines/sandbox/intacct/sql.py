"""The SQL-like text of `readByQuery`."""

from __future__ import annotations

import re
from typing import Final

from intacct_pipelines.sandbox.intacct.conditions import Condition, Filter, Group, negated
from intacct_pipelines.sandbox.intacct.refusals import FunctionRefusedError, refusal

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:\\.|[^'\\])*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_][\w.]*)|(?P<sign><=|>=|<>|!=|[<>=(),]))"
)
_SIGNS: Final = {
    "=": "equalto",
    "<>": "notequalto",
    "!=": "notequalto",
    "<": "lessthan",
    "<=": "lessthanorequalto",
    ">": "greaterthan",
    ">=": "greaterthanorequalto",
}
_DEEPEST: Final = 40


def parse_sql(text: str) -> Filter | None:
    """Parse the text; None when it is empty.

    Raises:
        FunctionRefusedError: It is not in the documented form.
    """
    tokens = _tokens(text)
    if not tokens:
        return None
    parser = _Parser(tokens)
    part = parser.alternatives(0)
    if parser.rest():
        raise _wrong(f"unexpected {parser.rest()[0]}")
    return part


def _wrong(what: str) -> FunctionRefusedError:
    return refusal("Query Failed", f"There is an error in the query: {what[:80]}")


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if not match:
            raise _wrong(f"cannot read {text[at : at + 20]!r}")
        tokens.append(match.group().strip())
        at = match.end()
    return tokens


def _value(token: str) -> str:
    if token.startswith("'"):
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    return token


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def rest(self) -> list[str]:
        return self._tokens[self._at :]

    def _peek(self) -> str:
        return self._tokens[self._at].upper() if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise _wrong("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _accept(self, word: str) -> bool:
        if self._peek() == word:
            self._at += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise _wrong(f"expected {word}")

    def alternatives(self, depth: int) -> Filter:
        parts = [self._all(depth)]
        while self._accept("OR"):
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Group("or", tuple(parts))

    def _all(self, depth: int) -> Filter:
        parts = [self._one(depth)]
        while self._accept("AND"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else Group("and", tuple(parts))

    def _one(self, depth: int) -> Filter:
        if depth > _DEEPEST:
            raise _wrong("nested too deeply")
        if self._accept("NOT"):
            return negated(self._one(depth + 1))
        if self._accept("("):
            part = self.alternatives(depth + 1)
            self._expect(")")
            return part
        return self._comparison()

    def _comparison(self) -> Filter:
        field = self._next().upper()
        if not re.fullmatch(r"[A-Z_][\w.]*", field):
            raise _wrong(f"expected a field, not {field}")
        if self._accept("IS"):
            operator = "isnotnull" if self._accept("NOT") else "isnull"
            self._expect("NULL")
            return Condition(operator, field)
        opposite = self._accept("NOT")
        if self._accept("IN"):
            return Condition("notin" if opposite else "in", field, self._list())
        if self._accept("LIKE"):
            return Condition("notlike" if opposite else "like", field, (_value(self._next()),))
        sign = self._next()
        if opposite or sign not in _SIGNS:
            raise _wrong(f"unknown operator {sign}")
        return Condition(_SIGNS[sign], field, (_value(self._next()),))

    def _list(self) -> tuple[str, ...]:
        self._expect("(")
        values = [_value(self._next())]
        while self._accept(","):
            values.append(_value(self._next()))
        self._expect(")")
        return tuple(values)
