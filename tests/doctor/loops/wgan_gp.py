"""Wasserstein GAN with a gradient penalty on images, layer normalization in the critic."""

import torch
from torch import nn


def batches():
    return list(torch.rand(6, 16, 1, 8, 8).round() * 2 - 1)


def gradient_penalty(critic, real, fake):
    alpha = torch.rand(len(real), 1, 1, 1)
    mixed = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    scores = critic(mixed)
    grad = torch.autograd.grad(
        outputs=scores, inputs=mixed, grad_outputs=torch.ones_like(scores), create_graph=True, retain_graph=True
    )[0]
    norm = grad.view(len(grad), -1).norm(2, dim=1)
    return ((norm - 1) ** 2).mean()


def make():
    generator = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64), nn.Tanh(), nn.Unflatten(1, (1, 8, 8)))
    critic = nn.Sequential(
        nn.Conv2d(1, 16, 3, 2, 1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(16, 32, 3, 2, 1),
        nn.GroupNorm(1, 32),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(128, 1),
    )
    opt_g = torch.optim.Adam(generator.parameters(), lr=1e-4, betas=(0.0, 0.9))
    opt_c = torch.optim.Adam(critic.parameters(), lr=1e-4, betas=(0.0, 0.9))

    def step(real):
        for _ in range(2):
            z = torch.randn(len(real), 8)
            fake = generator(z).detach()
            opt_c.zero_grad()
            c_loss = critic(fake).mean() - critic(real).mean() + 10 * gradient_penalty(critic, real, fake)
            c_loss.backward()
            opt_c.step()
        opt_g.zero_grad()
        g_loss = -critic(generator(torch.randn(len(real), 8))).mean()
        g_loss.backward()
        opt_g.step()

    return generator, critic, step
