"""A GAN whose G looks past some steps of D, in the style of unrolled GANs, arXiv:1611.02163, without second order."""

import copy
import math

import torch
import torch.nn as nn

unroll_steps = 3
z_dim = 16


def dense(n_in, n_out):
    return nn.Sequential(nn.Linear(n_in, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, n_out))


def make():
    G = dense(z_dim, 2)
    D = dense(2, 1)
    criterion = nn.BCEWithLogitsLoss()
    d_optimizer = torch.optim.Adam(D.parameters(), lr=2e-3, betas=(0.5, 0.999))
    g_optimizer = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.999))

    def d_loop(real):
        d_optimizer.zero_grad()
        d_real_decision = D(real)
        d_real_error = criterion(d_real_decision, torch.ones_like(d_real_decision))
        with torch.no_grad():
            d_fake_data = G(torch.randn(real.shape[0], z_dim))
        d_fake_decision = D(d_fake_data)
        d_fake_error = criterion(d_fake_decision, torch.zeros_like(d_fake_decision))
        (d_real_error + d_fake_error).backward()
        d_optimizer.step()

    def g_loop(real):
        backup = copy.deepcopy(D.state_dict()), copy.deepcopy(d_optimizer.state_dict())
        for _ in range(unroll_steps):
            d_loop(real)

        g_optimizer.zero_grad()
        g_fake_data = G(torch.randn(real.shape[0], z_dim))
        dg_fake_decision = D(g_fake_data)
        g_error = criterion(dg_fake_decision, torch.ones_like(dg_fake_decision))
        g_error.backward()
        g_optimizer.step()
        D.load_state_dict(backup[0])
        d_optimizer.load_state_dict(backup[1])

    def step(real):
        d_loop(real)
        g_loop(real)

    return G, D, step


def batches(seed):
    chance = torch.Generator().manual_seed(seed)
    while True:
        corner = torch.randint(6, (128,), generator=chance) * (2 * math.pi / 6)
        center = torch.stack((corner.sin(), corner.cos()), 1) * 1.5
        yield torch.normal(center, 0.05, generator=chance)


def samples(G, real):
    return G(torch.randn(real.shape[0], z_dim)), real
