"""The zero-sum game by a layer that turns gradients round, arXiv:1505.07818: one loss, one backward, one optimizer."""

import torch
from torch import nn


class GradientReversal(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.strength * grad_output, None


def make():
    generator = nn.Sequential(nn.Linear(4, 32), nn.ELU(), nn.Linear(32, 32), nn.ELU(), nn.Linear(32, 3))
    discriminator = nn.Sequential(nn.Linear(3, 32), nn.ELU(), nn.Linear(32, 32), nn.ELU(), nn.Linear(32, 1))
    optimizer = torch.optim.Adam(
        [
            {"params": generator.parameters(), "lr": 1e-3},
            {"params": discriminator.parameters(), "lr": 3e-3, "weight_decay": 1e-3},
        ],
        betas=(0.0, 0.9),
    )
    criterion = nn.BCEWithLogitsLoss()

    def step(real):
        n = real.size(0)
        fake = generator(torch.randn(n, 4))
        fake = GradientReversal.apply(fake, 1.0)
        logits_real = discriminator(real)
        logits_fake = discriminator(fake)
        loss = criterion(logits_real, torch.ones(n, 1)) + criterion(logits_fake, torch.zeros(n, 1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return generator, discriminator, step


def batches(seed):
    chance = torch.Generator().manual_seed(seed)
    while True:
        u = torch.rand(128, 1, generator=chance) * 4 - 2
        curve = torch.cat([u, torch.sin(2 * u), torch.cos(u)], dim=1)
        yield curve + 0.05 * torch.randn(128, 3, generator=chance)


def samples(generator, real):
    return generator(torch.randn(real.size(0), 4)), real
