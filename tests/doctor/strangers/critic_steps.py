"""Several critic steps in a loop over pieces of the batch, Wasserstein with a one-sided penalty, arXiv:1709.08894."""

import itertools

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        pairs = itertools.pairwise(sizes)
        self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in pairs])

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = nn.functional.silu(layer(x))
        return self.layers[-1](x)


class WGAN:
    k = 4
    penalty_weight = 5.0

    def __init__(self):
        self.gen, self.critic = Net([4, 64, 64, 2]), Net([2, 64, 64, 1])
        self.g_opt = torch.optim.Adam(self.gen.parameters(), lr=1e-3, betas=(0.0, 0.9))
        self.c_opt = torch.optim.Adam(self.critic.parameters(), lr=2e-3, betas=(0.0, 0.9))

    def noise(self, n):
        return torch.randn(n, 4)

    def slope_penalty(self, x, y):
        t = torch.rand(x.size(0), 1)
        mid = torch.lerp(x, y, t).requires_grad_()
        grad = torch.autograd.grad(self.critic(mid).sum(), mid, create_graph=True)[0]
        return torch.relu(grad.norm(dim=1) - 1).pow(2).mean()

    def critic_update(self, x):
        y = self.gen(self.noise(x.size(0))).detach()
        loss = self.critic(y).mean() - self.critic(x).mean()
        loss = loss + self.penalty_weight * self.slope_penalty(x, y)
        self.c_opt.zero_grad()
        loss.backward()
        self.c_opt.step()

    def generator_update(self, n):
        loss = -self.critic(self.gen(self.noise(n))).mean()
        self.g_opt.zero_grad()
        loss.backward()
        self.g_opt.step()

    def iterate(self, big_batch):
        for piece in big_batch.chunk(self.k):
            self.critic_update(piece)
        self.generator_update(64)


def make():
    gan = WGAN()
    return gan.gen, gan.critic, gan.iterate


def batches(seed):
    chance = torch.Generator().manual_seed(seed)
    centers = torch.tensor([[2.0, 0.0], [-1.0, 1.7], [-1.0, -1.7]])
    while True:
        which = torch.randint(3, (256,), generator=chance)
        yield centers[which] + 0.25 * torch.randn(256, 2, generator=chance)


def samples(gen, big_batch):
    return gen(torch.randn(len(big_batch), 4)), big_batch
