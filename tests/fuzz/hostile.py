"""Scalars and expressions that a stranger might write, as YAML text. Everything follows from the seed."""

from __future__ import annotations

import random

Random = random.Random

INTS = ("0", "1", "2", "3", "4", "7", "8", "16", "64", "-1", "-3", "255", "1000", "65536")
HUGE = ("999999999999", "2147483648", "1073741824", "1" + "0" * 30, "-" + "9" * 29, "9" * 99,
        "9" * 101, "0x7fffffffffffffff", "0xFFFFFFFFFFFFFFFFFFFF", "0o777",
        "18446744073709551616")  # fmt: skip
FLOATS = ("0.5", "1.5", "-0.0", "1e-4", "1e308", "1e309", "-1e308", "5e-324", ".inf", "-.inf", ".nan",
          "1.", ".5", "1e", "0.1e-400", "3.9999999999999999999")  # fmt: skip
ODD = ("null", "~", "", "true", "False", "yes", "no", "on", "!!int 3", "!!python/object:os.system x",
       "!x y", "&a b", "*a", "<<", "=", "1_000", "12:30:45", "2001-01-01", "0b11", "0x", "+", "-",
       "---", "...", "? a", ": b", "[", "]", "{", "}", "[]", "{}", "''", '""', "'", '"', "|", ">",
       "%YAML 1.1", "@", "`", "#", "none", "input", "i", "self", "__class__", "$", "$$", "$$x",
       "../x.yaml", "./case.yaml", "case.yaml", "base.yaml", "/etc/passwd", "http://x/y.yaml",
       "file:///x.yaml", "resnet50", "alexnet", "base.yaml:v", "case.yaml:v", "./case.yaml:v2",
       "a.b", "a.0", "n1.0", "n2.out", "*", "**", "n*", "<n>", "conv<n>", "0", "same", "relu",
       "zeros", "forward", "half", "class", "lambda", "None", "True")  # fmt: skip
UNICODE = ("é", "名前", "🙂", "\u202e", "\u2028", "\u0085", "\ufeff", "\x07", "\x1b[31m", "\x00",
           "\ud7ff", "\ue000", "\U0010ffff", "a\u0301", "²", "٣", "\u00a0", "ﬁ", "ǅ", "\t", "$é",
           "$(名前 + 1)", "n\u200b1", "ⅷ", "x" * 120, "🙂" * 60, "<script>", "&amp;", "\\N",
           '"""')  # fmt: skip

NAMES = ("width", "depth", "flag", "n1", "n2", "n3", "input", "i", "x", "list", "true", "none")
FUNCTIONS = ("min", "max", "round", "ceil", "sum", "divisible", "abs", "len", "eval", "int")
BINARY = ("+", "-", "*", "/", "//", "%", "==", "!=", "<", ">=", "and", "or", "**", "in", "@", "&")


def number(r: Random) -> str:
    pool = r.choices((INTS, HUGE, FLOATS), (6, 2, 2))[0]
    return r.choice(pool)


def words(r: Random) -> str:
    """Text that is hostile in itself."""
    kind = r.random()
    if kind < 0.5:
        return r.choice(ODD)
    if kind < 0.8:
        return r.choice(UNICODE)
    if kind < 0.95:
        return "".join(chr(r.choice((r.randrange(32, 127), r.randrange(0x2100)))) for _ in range(9))
    return r.choice(("a", "$", "(", "é", " ", "9", "-", "[")) * r.choice((50, 101, 400, 2000))


def scalar(r: Random) -> str:
    """One hostile value, which may also break the YAML around it."""
    kind = r.random()
    if kind < 0.35:
        return number(r)
    if kind < 0.6:
        return expression(r)
    if kind < 0.7:
        return quoted(r, words(r))
    return words(r)


def quoted(r: Random, text: str) -> str:
    if r.random() < 0.5:
        return "'" + text.replace("'", "''") + "'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def expression(r: Random) -> str:
    """``$name``, ``$name.1`` or ``$(…)``; quoted where its commas would cut it, mostly."""
    if r.random() < 0.3:
        rest = "".join(f".{r.choice(('0', '1', 'channels', 'width', 'x', '99999999999'))}"
                       for _ in range(r.randrange(3)))  # fmt: skip
        return f"${r.choice(NAMES)}{rest}"
    if r.random() < 0.04:
        return _deep(r)
    text = f"$({formula(r, r.randrange(1, 5))})"
    if r.random() < 0.05:
        text = text[: r.randrange(len(text))]
    return quoted(r, text) if r.random() < 0.9 else text


def _deep(r: Random) -> str:
    """Nested as deep as, or deeper than, anything allows."""
    depth = r.choice((20, 58, 61, 99, 200, 450))
    begin, end = r.choice((("(", ")"), ("[", "]"), ("-", ""), ("not ", ""), ("max(1,", ")"),
                           ("1 + ", ""), ("x[", "]"), ("1 if ", " else 0")))  # fmt: skip
    return quoted(r, f"$({begin * depth}1{end * depth})"[:1200])


def formula(r: Random, depth: int) -> str:  # noqa: PLR0911  # one return for each form
    if depth <= 0 or r.random() < 0.15:
        return _leaf(r)
    grown = [formula(r, depth - 1) for _ in range(3)]
    one, two, three = grown
    kind = r.randrange(10)
    if kind < 4:
        return f"{one} {r.choice(BINARY[:-4] if r.random() < 0.95 else BINARY)} {two}"
    if kind == 4:
        count = r.choice((1, 1, 2, 2, 3, 0))
        return f"{r.choice(FUNCTIONS[:6] if r.random() < 0.9 else FUNCTIONS)}({', '.join(grown[:count])})"
    if kind == 5:
        return f"{one} if {two} else {three}"
    if kind == 6:
        return f"({one})" if r.random() < 0.6 else f"{r.choice(('-', 'not ', '+', '~'))}({one})"
    if kind == 7:
        return f"[{', '.join(grown[: r.randrange(4)])}]"
    if kind == 8:
        return f"({one})[{r.choice((two, f'{two}:{three}', ':', f':{two}', f'::{two}'))}]"
    return r.choice((f"{one} < {two} < {three}", f"lambda: {one}", f"[x for x in {one}]",
                     f"({one}, {two})", f"{{{one}: {two}}}", f"f'{{{one}}}'", f"*{one}"))  # fmt: skip


def _leaf(r: Random) -> str:
    kind = r.random()
    if kind < 0.45:
        return r.choice(INTS[:9])
    if kind < 0.55:
        return number(r)
    if kind < 0.85:
        name = r.choice(NAMES)
        return name + r.choice(("", "", "", ".channels", ".height", ".width", ".x", "[0]"))
    return r.choice(("'relu'", "'a' * 9", '""', "true", "false", "None", "...", "1j", "b'x'", "1e5",
                     "0.5", "'\\x00'", "'é'", "[1, 2]", "[]", "10 ** 9", "'%s' % 3",
                     "__import__"))  # fmt: skip
