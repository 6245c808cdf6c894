"""One optimizer for both players: each player's slopes are asked for alone, clipped together, and put into `.grad`."""

import itertools

import torch
import torch.nn.functional as F
from torch import nn

ADDED = False


class Sharpened(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.parts = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(sizes))

    def forward(self, x):
        for part in self.parts[:-1]:
            x = F.mish(part(x))
        return self.parts[-1](x)


def batches():
    return list(torch.randn(8, 40, 3).sign() + 0.1 * torch.randn(8, 40, 3))


def hand_over(network, loss, keep):
    weights = [*network.parameters()]
    slopes = torch.autograd.grad(loss, weights, retain_graph=keep)
    size = torch.sqrt(sum((slope**2).sum() for slope in slopes))
    for one, slope in zip(weights, slopes, strict=True):
        slope = slope / max(1.0, float(size))
        one.grad = slope if one.grad is None or not ADDED else one.grad + slope


def make():
    maker, judge = Sharpened((5, 40, 40, 3)), Sharpened((3, 40, 40, 1))
    everything = torch.optim.AdamW([*maker.parameters(), *judge.parameters()], lr=1e-3, betas=(0.5, 0.99))

    def step(real):
        fake = maker(torch.randn(len(real), 5))
        on_real, on_fake = judge(real), judge(fake)
        judging = F.softplus(-on_real).mean() + F.softplus(on_fake).mean()
        making = F.softplus(-on_fake).mean()
        hand_over(judge, judging, True)
        hand_over(maker, making, False)
        everything.step()

    return maker, judge, step
