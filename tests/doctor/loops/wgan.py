"""Wasserstein GAN with clipped weights: several critic steps for each of the generator's."""

import torch
from torch import nn


def batches():
    return list(torch.randn(8, 32, 2) * torch.tensor([1.0, 0.3]) + 1)


def make():
    generator = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
    critic = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
    opt_g = torch.optim.RMSprop(generator.parameters(), lr=5e-5)
    opt_c = torch.optim.RMSprop(critic.parameters(), lr=5e-5)
    state = {"i": 0}

    def step(real):
        opt_c.zero_grad()
        fake = generator(torch.randn(len(real), 4)).detach()
        loss = critic(fake).mean() - critic(real).mean()
        loss.backward()
        opt_c.step()
        for p in critic.parameters():
            p.data.clamp_(-0.01, 0.01)
        state["i"] += 1
        if state["i"] % 5 == 0:
            opt_g.zero_grad()
            g_loss = -critic(generator(torch.randn(len(real), 4))).mean()
            g_loss.backward()
            opt_g.step()

    return generator, critic, step
