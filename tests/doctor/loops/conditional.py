"""Conditional GAN: labels for both players, smoothed labels, scores as (B,)."""

import torch
import torch.nn.functional as F
from torch import nn


def batches():
    return [(torch.rand(20, 1, 8, 8) * 2 - 1, torch.randint(0, 5, (20,))) for _ in range(6)]


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.label = nn.Embedding(5, 5)
        self.net = nn.Sequential(nn.Linear(8 + 5, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.Tanh())

    def forward(self, z, y):
        return self.net(torch.cat([self.label(y), z], -1)).view(-1, 1, 8, 8)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.label = nn.Embedding(5, 5)
        self.net = nn.Sequential(nn.Linear(64 + 5, 64), nn.LeakyReLU(0.2), nn.Dropout(0.4), nn.Linear(64, 1))

    def forward(self, x, y):
        return self.net(torch.cat([x.flatten(1), self.label(y)], -1)).squeeze(1)


def make():
    G, D = Generator(), Discriminator()
    opt_g = torch.optim.Adam(G.parameters(), lr=2e-4, betas=(0.5, 0.999))
    opt_d = torch.optim.Adam(D.parameters(), lr=2e-4, betas=(0.5, 0.999))

    def step(batch):
        real, y = batch
        z = torch.randn(len(real), 8)
        wanted = torch.randint(0, 5, (len(real),))
        fake = G(z, wanted)
        s_real, s_fake = D(real, y), D(fake.detach(), wanted)
        d_loss = F.binary_cross_entropy_with_logits(
            s_real, torch.full_like(s_real, 0.9)
        ) + F.binary_cross_entropy_with_logits(s_fake, torch.zeros_like(s_fake))
        opt_d.zero_grad(set_to_none=False)
        d_loss.backward()
        opt_d.step()
        s = D(fake, wanted)
        g_loss = F.binary_cross_entropy_with_logits(s, torch.ones_like(s))
        opt_g.zero_grad(set_to_none=False)
        g_loss.backward()
        opt_g.step()

    return G, D, step
