"""Least squares, arXiv:1611.04076, in a trainer class of the kind that experiment templates have; digits."""

from itertools import chain

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn, optim


class UpBlock(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, 3, 1, 1)
        self.norm = nn.BatchNorm2d(c_out)

    def forward(self, x):
        x = F.interpolate(x, scale_factor=2, mode="nearest")
        return F.relu(self.norm(self.conv(x)))


class G(nn.Module):
    def __init__(self, z_dim=24, width=32):
        super().__init__()
        self.z_dim, self.width = z_dim, width
        self.fc = nn.Linear(z_dim, width * 2 * 2)
        self.blocks = nn.ModuleList([UpBlock(width, width), UpBlock(width, width // 2)])
        self.to_pixels = nn.Conv2d(width // 2, 1, 3, 1, 1)

    def forward(self, z):
        h = self.fc(z).view(-1, self.width, 2, 2)
        for block in self.blocks:
            h = block(h)
        return torch.tanh(self.to_pixels(h))


class D(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.c1 = nn.Conv2d(1, width, 3, 2, 1)
        self.c2 = nn.Conv2d(width, width * 2, 3, 2, 1)
        self.head = nn.Linear(width * 2 * 2 * 2, 1)

    def forward(self, x):
        x = F.leaky_relu(self.c1(x), 0.2)
        x = F.leaky_relu(self.c2(x), 0.2)
        return self.head(x.flatten(1)).squeeze(1)


class Trainer:
    a, b, c = 0.0, 1.0, 1.0

    def __init__(self, lr=0.001):
        self.G, self.D = G(), D()
        self.opt_g = optim.Adam(self.G.parameters(), lr, betas=(0.5, 0.999))
        self.opt_d = optim.Adam(self.D.parameters(), lr, betas=(0.5, 0.999))

    def reset_grad(self):
        for p in chain(self.G.parameters(), self.D.parameters()):
            p.grad = None

    def loss(self, score, target):
        goal = torch.full((score.shape[0],), target)
        return 0.5 * torch.mean((score - goal) ** 2)

    def train_d(self, x):
        self.reset_grad()
        x_hat = self.G(torch.randn(x.size(0), self.G.z_dim)).detach()
        d_loss = self.loss(self.D(x), self.b) + self.loss(self.D(x_hat), self.a)
        d_loss.backward()
        self.opt_d.step()
        return d_loss

    def train_g(self, x):
        self.reset_grad()
        x_tilde = self.G(torch.randn(x.size(0), self.G.z_dim))
        g_loss = self.loss(self.D(x_tilde), self.c)
        g_loss.backward()
        self.opt_g.step()
        return g_loss

    def step(self, x):
        self.train_d(x)
        self.train_g(x)


def make():
    trainer = Trainer()
    return trainer.G, trainer.D, trainer.step


def batches(seed):
    data = torch.from_numpy(load_digits().data).float().view(-1, 1, 8, 8)
    data = (data - 8) / 8
    chance = torch.Generator().manual_seed(seed)
    while True:
        for rows in torch.randperm(len(data), generator=chance).split(64)[:-1]:
            yield data[rows]


def samples(generator, x):
    return generator(torch.randn(x.size(0), generator.z_dim)), x
