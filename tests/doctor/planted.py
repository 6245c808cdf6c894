"""Loops to examine, and faults to plant in them: an edit of the loop's text, and the cause that it stands for."""

from collections.abc import Callable
from pathlib import Path

import torch
from faults import CONDITIONAL_G, SCALED, SCALED_G

from gan_edu.doctor.chance import borrowed, seed_everything

LOOPS = {path.stem: path for path in sorted((Path(__file__).parent / "loops").glob("*.py"))}

STYLES = [
    *("relativistic_average", "feature_matching", "several_classes", "unrolled", "backward_of_ones", "dragan"),
    *("not_detached", "emptied_afterwards", "several_judges", "zero_centred"),
]
HEALTHY = [(name, ()) for name in LOOPS if name != "variants"]
HEALTHY += [("variants", (('STYLE = "plain"', f'STYLE = "{style}"'),)) for style in STYLES]

HINGE = ('STYLE = "plain"', 'STYLE = "emptied_afterwards"')
FLAT = ("    og = torch", "    nn.init.constant_(discriminator[-1].bias, -2.0)\n    og = torch")
HEALTHY += [
    ("variants", (HINGE, FLAT)),  # all fakes lie where the hinge is flat
    ("conditional", ((CONDITIONAL_G, SCALED_G), SCALED)),
]


def loop(name: str, *edits: tuple[str, str], seed: int = 0) -> tuple[Callable, list]:
    """`make` and the batches of a loop, after these edits of its text, each of which must change something."""
    text = LOOPS[name].read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text, f"{name} must hold {old!r}"
        text = text.replace(old, new)
    space: dict = {"__name__": name}
    exec(compile(text, str(LOOPS[name]), "exec"), space)
    with borrowed():
        seed_everything(seed + 100)
        torch.set_grad_enabled(True)
        return space["make"], space["batches"]()
