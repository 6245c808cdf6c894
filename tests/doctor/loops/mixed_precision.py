"""Autocast with a gradient scaler, accumulation over two calls, two time scales."""

import torch
from torch import nn


def batches():
    return list(torch.rand(8, 16, 1, 8, 8) * 2 - 1)


def make():
    G = nn.Sequential(
        nn.Linear(8, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 64), nn.Tanh(), nn.Unflatten(1, (1, 8, 8))
    )
    D = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
    opt_g = torch.optim.AdamW(G.parameters(), lr=1e-4)
    opt_d = torch.optim.AdamW(D.parameters(), lr=4e-4)
    scaler_g, scaler_d = torch.amp.GradScaler("cpu"), torch.amp.GradScaler("cpu")
    bce = nn.BCEWithLogitsLoss()
    at = {"i": 0}

    def step(real):
        at["i"] += 1
        last = at["i"] % 2 == 0
        with torch.autocast("cpu", dtype=torch.bfloat16):
            fake = G(torch.randn(len(real), 8))
            r, f = D(real), D(fake.detach())
            d_loss = (bce(r, torch.ones_like(r)) + bce(f, torch.zeros_like(f))) / 2
        scaler_d.scale(d_loss / 2).backward()
        if last:
            scaler_d.step(opt_d)
            scaler_d.update()
            opt_d.zero_grad()
        D.requires_grad_(False)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            f = D(fake)
            g_loss = bce(f, torch.ones_like(f))
        scaler_g.scale(g_loss / 2).backward()
        D.requires_grad_(True)
        if last:
            scaler_g.step(opt_g)
            scaler_g.update()
            opt_g.zero_grad()

    return G, D, step
