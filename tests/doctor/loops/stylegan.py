"""Like StyleGAN: mapping, styles, noise in the layers, lazy R1 and path length, a running average."""

import copy
import math

import torch
import torch.nn.functional as F
from torch import nn


def batches():
    return list(torch.rand(6, 8, 1, 8, 8) * 2 - 1)


class Styled(nn.Module):
    def __init__(self, into, out, w):
        super().__init__()
        self.conv, self.style = nn.Conv2d(into, out, 3, 1, 1), nn.Linear(w, into)
        self.strength = nn.Parameter(torch.zeros(1))

    def forward(self, x, w):
        x = self.conv(x * (1 + self.style(w))[:, :, None, None])
        return F.leaky_relu(x + self.strength * torch.randn(len(x), 1, *x.shape[2:]), 0.2)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.mapping = nn.Sequential(nn.Linear(16, 16), nn.LeakyReLU(0.2), nn.Linear(16, 16), nn.LeakyReLU(0.2))
        self.constant = nn.Parameter(torch.randn(1, 16, 4, 4))
        self.one, self.two, self.rgb = Styled(16, 16, 16), Styled(16, 16, 16), nn.Conv2d(16, 1, 1)

    def forward(self, z, latents=False):
        w = self.mapping(F.normalize(z) * math.sqrt(16))
        x = self.one(self.constant.expand(len(z), -1, -1, -1), w)
        x = self.rgb(self.two(F.interpolate(x, scale_factor=2), w))
        return (x, w) if latents else x


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Conv2d(1, 16, 3, 2, 1), nn.Conv2d(17, 32, 3, 2, 1)
        self.out = nn.Linear(32 * 4, 1)

    def forward(self, x):
        h = F.leaky_relu(self.one(x), 0.2)
        spread = h.std(0).mean().expand(len(h), 1, *h.shape[2:])
        return self.out(F.leaky_relu(self.two(torch.cat([h, spread], 1)), 0.2).flatten(1))


def make():
    G, D = Generator(), Discriminator()
    G_ema = copy.deepcopy(G).eval().requires_grad_(False)
    opt_g = torch.optim.Adam(G.parameters(), lr=2e-3, betas=(0.0, 0.99))
    opt_d = torch.optim.Adam(D.parameters(), lr=2e-3, betas=(0.0, 0.99))
    at = {"i": 0, "mean": torch.zeros(())}

    def step(real):
        i, n = at["i"], len(real)
        G.requires_grad_(False), D.requires_grad_(True)
        d_loss = F.softplus(D(G(torch.randn(n, 16)))).mean() + F.softplus(-D(real)).mean()
        opt_d.zero_grad()
        d_loss.backward()
        opt_d.step()
        if i % 16 == 0:
            real.requires_grad_(True)
            (slope,) = torch.autograd.grad(D(real).sum(), real, create_graph=True)
            r1 = slope.pow(2).reshape(n, -1).sum(1).mean()
            opt_d.zero_grad()
            (10 / 2 * r1 * 16).backward()
            opt_d.step()
        G.requires_grad_(True), D.requires_grad_(False)
        g_loss = F.softplus(-D(G(torch.randn(n, 16)))).mean()
        opt_g.zero_grad()
        g_loss.backward()
        opt_g.step()
        if i % 4 == 0:
            x, w = G(torch.randn(n, 16), latents=True)
            (slope,) = torch.autograd.grad((x * torch.randn_like(x) / 8).sum(), w, create_graph=True)
            length = slope.pow(2).sum(1).sqrt()
            at["mean"] = at["mean"] + 0.01 * (length.mean().detach() - at["mean"])
            opt_g.zero_grad()
            (2 * 4 * (length - at["mean"]).pow(2).mean()).backward()
            opt_g.step()
        with torch.no_grad():
            for a, p in zip(G_ema.parameters(), G.parameters(), strict=True):
                a.lerp_(p, 0.002)
        at["i"] += 1

    return G, D, step
