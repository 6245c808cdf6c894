"""Hinge loss with spectral normalization, instance noise, a running average and a replay buffer."""

import copy

import torch
from torch import nn
from torch.nn.utils import spectral_norm


def batches():
    return list(torch.rand(6, 16, 3, 8, 8) * 2 - 1)


def make():
    G = nn.Sequential(
        nn.Linear(8, 16 * 4 * 4),
        nn.Unflatten(1, (16, 4, 4)),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Upsample(scale_factor=2),
        nn.Conv2d(16, 3, 3, 1, 1),
        nn.Tanh(),
    )
    D = nn.Sequential(
        spectral_norm(nn.Conv2d(3, 16, 4, 2, 1)),
        nn.LeakyReLU(0.1),
        spectral_norm(nn.Conv2d(16, 32, 4, 2, 1)),
        nn.LeakyReLU(0.1),
        nn.Flatten(),
        spectral_norm(nn.Linear(32 * 2 * 2, 1)),
    )
    average = copy.deepcopy(G)
    optG = torch.optim.Adam(G.parameters(), lr=1e-4, betas=(0.0, 0.9))
    optD = torch.optim.Adam(D.parameters(), lr=4e-4, betas=(0.0, 0.9))
    buffer = []

    def step(real):
        with torch.no_grad():
            fake = G(torch.randn(len(real), 8))
        buffer.append(fake)
        if len(buffer) > 10:
            buffer.pop(0)
        old = buffer[int(torch.randint(len(buffer), ()))]
        mixed = torch.cat([fake[:8], old[8:]])
        optD.zero_grad()
        real_scores = D(real + 0.05 * torch.randn_like(real))
        fake_scores = D(mixed + 0.05 * torch.randn_like(real))
        d_loss = torch.relu(1 - real_scores).mean() + torch.relu(1 + fake_scores).mean()
        d_loss.backward()
        optD.step()
        for p in D.parameters():
            p.requires_grad_(False)
        optG.zero_grad()
        g_loss = -D(G(torch.randn(len(real), 8))).mean()
        g_loss.backward()
        optG.step()
        for p in D.parameters():
            p.requires_grad_(True)
        with torch.no_grad():
            for a, p in zip(average.parameters(), G.parameters(), strict=True):
                a.lerp_(p, 0.01)

    return G, D, step
