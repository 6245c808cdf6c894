"""BEGAN: the discriminator is an autoencoder."""

import torch
from torch import nn


def batches():
    return list(torch.rand(6, 16, 16) * 2 - 1)


def make():
    G = nn.Sequential(nn.Linear(8, 32), nn.ELU(), nn.Linear(32, 16), nn.Tanh())
    D = nn.Sequential(nn.Linear(16, 32), nn.ELU(), nn.Linear(32, 8), nn.Linear(8, 32), nn.ELU(), nn.Linear(32, 16))
    opt_g = torch.optim.Adam(G.parameters(), lr=2e-4, betas=(0.5, 0.999))
    opt_d = torch.optim.Adam(D.parameters(), lr=2e-4, betas=(0.5, 0.999))
    at = {"k": 0.0}

    def step(real):
        opt_g.zero_grad()
        fake = G(torch.randn(len(real), 8))
        g_loss = torch.mean(torch.abs(D(fake) - fake))
        g_loss.backward()
        opt_g.step()
        opt_d.zero_grad()
        on_real = torch.mean(torch.abs(D(real) - real))
        on_fake = torch.mean(torch.abs(D(fake.detach()) - fake.detach()))
        d_loss = on_real - at["k"] * on_fake
        d_loss.backward()
        opt_d.step()
        at["k"] = min(max(at["k"] + 0.001 * (0.75 * on_real.item() - on_fake.item()), 0), 1)

    return G, D, step
