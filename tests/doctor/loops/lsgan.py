"""Least squares, with the fakes made anew for the generator."""

import torch
from torch import nn


def batches():
    return list(torch.rand(6, 24, 16) * 2 - 1)


def make():
    G = nn.Sequential(nn.Linear(6, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, 16), nn.Tanh())
    D = nn.Sequential(nn.Linear(16, 48), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(48, 1))
    optG = torch.optim.Adam(G.parameters(), lr=2e-4, betas=(0.5, 0.999))
    optD = torch.optim.Adam(D.parameters(), lr=2e-4, betas=(0.5, 0.999))
    mse = torch.nn.MSELoss()

    def step(real):
        valid, false = torch.ones(len(real), 1), torch.zeros(len(real), 1)
        optG.zero_grad()
        gen = G(torch.randn(len(real), 6))
        g_loss = mse(D(gen), valid)
        g_loss.backward()
        optG.step()
        optD.zero_grad()
        d_loss = 0.5 * (mse(D(real), valid) + mse(D(gen.detach()), false))
        d_loss.backward()
        optD.step()

    return G, D, step
