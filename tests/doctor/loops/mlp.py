"""The usual first GAN: two small networks, points, cross-entropy on logits."""

import torch
from torch import nn


def batches():
    angle = 6.283 * torch.rand(8, 32)
    return list(torch.stack([angle.cos(), angle.sin()], -1) * 2 + 0.05 * torch.randn(8, 32, 2))


def make():
    generator = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2))
    discriminator = nn.Sequential(
        nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1)
    )
    opt_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
    opt_d = torch.optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.999))
    bce = nn.BCEWithLogitsLoss()

    def step(real):
        count = len(real)
        ones, zeros = torch.ones(count, 1), torch.zeros(count, 1)
        z = torch.randn(count, 4)
        fake = generator(z)
        d_loss = bce(discriminator(real), ones) + bce(discriminator(fake.detach()), zeros)
        opt_d.zero_grad()
        d_loss.backward()
        opt_d.step()
        g_loss = bce(discriminator(fake), ones)
        opt_g.zero_grad()
        g_loss.backward()
        opt_g.step()

    return generator, discriminator, step
