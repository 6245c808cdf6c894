"""Gradients accumulated over two small batches before the optimizers move, with logistic losses; points on a ring."""

import math

import torch
import torch.nn.functional as F
from torch import nn

ACCUMULATE = 2


def make():
    G = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
    D = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
    opt_G = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.0, 0.9))
    opt_D = torch.optim.Adam(D.parameters(), lr=4e-3, betas=(0.0, 0.9))
    calls = 0

    def step(x):
        nonlocal calls
        calls += 1

        D.requires_grad_(True)
        with torch.no_grad():
            x_fake = G(torch.randn(x.shape[0], 8))
        loss_D = F.softplus(-D(x)).mean() + F.softplus(D(x_fake)).mean()
        (loss_D / ACCUMULATE).backward()

        D.requires_grad_(False)
        loss_G = F.softplus(-D(G(torch.randn(x.shape[0], 8)))).mean()
        (loss_G / ACCUMULATE).backward()

        if calls % ACCUMULATE == 0:
            opt_D.step()
            opt_D.zero_grad()
            opt_G.step()
            opt_G.zero_grad()

    return G, D, step


def batches(seed):
    chance = torch.Generator().manual_seed(seed)
    while True:
        angle = 2 * math.pi * torch.rand(64, generator=chance)
        circle = torch.stack([angle.cos(), angle.sin()], dim=1)
        yield 2 * circle + 0.1 * torch.randn(64, 2, generator=chance)


def samples(G, x):
    return G(torch.randn(x.shape[0], 8)), x
