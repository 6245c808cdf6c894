"""What the package's source keeps to. A rule takes a module and yields one complaint for each breach.

`test_architecture.py` holds the package to these rules, and gives each a module that breaks it.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

MODULE_LINES, FUNCTION_LINES = 250, 25
FIRST = {"arguments", "randomness"}
PLAYERS = FIRST | {"data", "networks", "game"}
LAST = PLAYERS | {"theory", "measure", "sweeps"}
# What each room may import beside itself.
BELOW = {
    "arguments": set(),
    "randomness": {"arguments"},
    "data": FIRST,
    "networks": FIRST,
    "game": FIRST,
    "theory": PLAYERS,
    "measure": PLAYERS,
    "sweeps": PLAYERS,
    "show": LAST,
    "lab": LAST | {"show"},
    "checks": LAST,
    "doctor": FIRST,
}
DISPLAY = {"matplotlib", "ipywidgets", "anywidget", "traitlets", "IPython", "PIL"}
SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "base", "core"}
SEEDING = re.compile(
    r"torch\.(manual_seed|seed|set_rng_state|random\.|cuda\.(manual_seed|seed))"
    r"|(np|numpy)\.random\.(?!default_rng|Generator|SeedSequence)"
    r"|random\."
)
DRAWING = re.compile(r"torch\.(rand|randn|randint|randperm|normal|bernoulli|multinomial|rand_like|randn_like)")
DRAWING_METHODS = {"normal_", "uniform_", "bernoulli_", "random_", "exponential_"}
LOOKING = {"item", "cpu", "numpy", "tolist"}
# The doctor runs code that draws from the shared generators: they are seeded, and put back, here alone.
SEEDS_OTHERS = "gan_edu/doctor/chance.py"
UNPICKLING = re.compile(r"(pickle|cPickle|dill|cloudpickle|shelve|marshal)(\.|$)|joblib\.load$|torch\.load$")
MACHINE_PATH = re.compile(r"(?<![\w.:/])/(home|root|tmp|work|Users|usr|var|opt|private|mnt)\b|\b[A-Za-z]:\\\w")
# Functions whose open-ended keywords are meant: a slider for each argument; an interface of Jupyter, or of Pillow.
OPEN_KEYWORDS = {"explore", "_repr_mimebundle_", "encode"}


@dataclass(frozen=True)
class Module:
    """A Python file: where it stands in the repository, and what is in it."""

    path: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @property
    def room(self) -> str:
        """The part of the package that it belongs to; empty outside the package, and for the package's own face."""
        parts = PurePosixPath(self.path).with_suffix("").parts
        return parts[1] if parts[0] == "gan_edu" and parts[1] != "__init__" else ""

    def each(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))

    @property
    def imports(self) -> list[str]:
        """Full dotted names of all that is imported, also inside functions and relative to the module's folder."""
        names = [alias.name for node in self.each(ast.Import) for alias in node.names]
        for node in self.each(ast.ImportFrom):
            above = PurePosixPath(self.path).parts[: -node.level] if node.level else ()
            names += [".".join([*above, *filter(None, [node.module]), alias.name]) for alias in node.names]
        return names

    @property
    def functions(self) -> list[ast.FunctionDef]:
        return list(self.each(ast.FunctionDef, ast.AsyncFunctionDef))

    @property
    def public(self) -> Iterator[ast.FunctionDef | ast.ClassDef]:
        """Functions and classes that a reader may call, and their methods; a setter is its property's."""
        named = [node for node in self.tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
        for node in named:
            if not node.name.startswith("_"):
                yield node
                if isinstance(node, ast.ClassDef):
                    methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
                    yield from (part for part in methods if not any(map(sets, part.decorator_list)))


Rule = Callable[[Module], Iterator[str]]


def sets(decorator: ast.expr) -> bool:
    """Whether what it decorates is the setter of a property."""
    return isinstance(decorator, ast.Attribute) and decorator.attr == "setter"


def called(module: Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every call, such as torch.manual_seed; of `x().item()` the name is `.item`."""
    for node in module.each(ast.Call):
        yield node.lineno, re.sub(r"^.*[)\]}'\"]", "", ast.unparse(node.func), flags=re.DOTALL)


def layers(module: Module) -> Iterator[str]:
    """Imports point down; `data`, `networks` and `game` do not know each other."""
    if module.room and module.room not in BELOW:
        yield f"room must be one of {', '.join(BELOW)}, got {module.room}"
    for name in module.imports:
        root, *rest = name.split(".")
        if root == "gan_edu" and module.room and not set(rest[:1]) & (BELOW.get(module.room, set()) | {module.room}):
            yield f"{module.room} must not import {name}"


def display_in_show_only(module: Module) -> Iterator[str]:
    """Nothing below `show` draws or knows a notebook, and nothing at all uses pyplot."""
    for name in module.imports:
        if "pyplot" in name.split(".") or (module.room not in ("show", "lab") and name.split(".")[0] in DISPLAY):
            yield f"must not import {name}"


def modules_are_small(module: Module) -> Iterator[str]:
    if (count := len(module.source.splitlines())) > MODULE_LINES:
        yield f"must have at most {MODULE_LINES} lines, got {count}"


def functions_are_short(module: Module) -> Iterator[str]:
    """Counted are the lines of the body with code on them: neither the docstring nor comments nor empty lines."""
    lines = module.source.splitlines()
    for node in module.functions:
        body = node.body[1:] if ast.get_docstring(node) else node.body
        inside = lines[body[0].lineno - 1 : node.end_lineno] if body else []
        count = sum(bool(line.strip()) and not line.strip().startswith("#") for line in inside)
        if count > FUNCTION_LINES:
            yield f"{node.name} must have at most {FUNCTION_LINES} lines of code, got {count}"


def names_say_something(module: Module) -> Iterator[str]:
    for part in PurePosixPath(module.path).with_suffix("").parts:
        if part.strip("_") in SAY_NOTHING:
            yield f"the name {part} must say what is inside"


def no_global_seeding(module: Module) -> Iterator[str]:
    """A generator of one's own may be seeded; the one that everybody shares may not."""
    if module.path == SEEDS_OTHERS:
        return
    for line, name in called(module):
        if SEEDING.match(name):
            yield f"line {line} must not call {name}"
    for name in module.imports:
        if SEEDING.match(name) or name == "random":
            yield f"must not import {name}"


def chance_from_streams(module: Module) -> Iterator[str]:
    """Only `randomness` draws: everybody else is passed a stream."""
    for line, name in called(module) if module.room not in ("", "randomness") else ():
        if DRAWING.fullmatch(name) or "nn.init." in name or name.split(".")[-1] in DRAWING_METHODS:
            yield f"line {line} must draw from a stream, not by {name}"


def game_is_blind(module: Module) -> Iterator[str]:
    """Training does not know who is watching: it neither prints nor fetches numbers from the device."""
    for line, name in called(module) if module.room == "game" else ():
        if name == "print" or ("." in name and name.split(".")[-1] in LOOKING):
            yield f"line {line} must not call {name}"


def nothing_unpickled(module: Module) -> Iterator[str]:
    for name in [*module.imports, *(name for _, name in called(module))]:
        if UNPICKLING.match(name):
            yield f"must not use {name}: unpickling runs whatever is in the file"
    for node in module.each(ast.keyword):
        if node.arg == "allow_pickle":
            yield f"line {node.value.lineno} must not allow_pickle"


def no_star_imports(module: Module) -> Iterator[str]:
    for name in module.imports:
        if name.endswith(".*"):
            yield f"must not import {name}"


def documented(module: Module) -> Iterator[str]:
    """Modules, public classes, functions and methods; `forward` and special methods are their class's to explain."""
    if module.tree.body and not ast.get_docstring(module.tree):
        yield "the module must have a docstring"
    for node in module.public:
        if not node.name.startswith("_") and node.name != "forward" and not ast.get_docstring(node):
            yield f"{node.name} must have a docstring"


def hinted(module: Module) -> Iterator[str]:
    """Every argument of a public function or method, and what it returns."""
    for node in module.public:
        if isinstance(node, ast.ClassDef) or re.match(r"_[^_]", node.name):
            continue
        spec = node.args
        arguments = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *filter(None, [spec.vararg, spec.kwarg])]
        for argument in arguments:
            if argument.annotation is None and argument.arg not in ("self", "cls"):
                yield f"{node.name} must give its argument {argument.arg} a type"
        if node.returns is None and node.name not in ("__init__", "__post_init__"):
            yield f"{node.name} must give the type that it returns"


def keywords_are_named(module: Module) -> Iterator[str]:
    """No `**kwargs`: a run's settings are the arguments that one can read."""
    for node in module.functions:
        if node.args.kwarg and node.name not in OPEN_KEYWORDS:
            yield f"{node.name} must name its keywords, got **{node.args.kwarg.arg}"


def no_machine_paths(module: Module) -> Iterator[str]:
    for node in module.each(ast.Constant):
        if isinstance(node.value, str) and (path := MACHINE_PATH.search(node.value)):
            yield f"line {node.lineno} must not hold a path of one machine, got {path[0]}"


ANYWHERE: list[Rule] = [nothing_unpickled, no_global_seeding, no_star_imports]
RULES: list[Rule] = [
    *ANYWHERE,
    layers,
    display_in_show_only,
    modules_are_small,
    functions_are_short,
    names_say_something,
    chance_from_streams,
    game_is_blind,
    documented,
    hinted,
    keywords_are_named,
    no_machine_paths,
]
