"""A Wasserstein GAN with clipped weights, arXiv:1701.07875, on two moons; G is trained at each n_critic-th batch."""

import torch
from sklearn.datasets import make_moons
from torch import nn

n_critic = 5
clip_value = 0.1
latent_dim = 4


def mlp(inputs, outputs, hidden=64):
    return nn.Sequential(
        nn.Linear(inputs, hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, outputs),
    )


def make():
    generator = mlp(latent_dim, 2)
    critic = mlp(2, 1)
    optimizer_G = torch.optim.RMSprop(generator.parameters(), lr=0.002)
    optimizer_D = torch.optim.RMSprop(critic.parameters(), lr=0.002)
    count = 0

    def step(real):
        nonlocal count
        optimizer_D.zero_grad()
        z = torch.randn(len(real), latent_dim)
        fake = generator(z).detach()
        loss_D = -torch.mean(critic(real)) + torch.mean(critic(fake))
        loss_D.backward()
        optimizer_D.step()

        for p in critic.parameters():
            p.data.clamp_(-clip_value, clip_value)

        if count % n_critic == 0:
            optimizer_G.zero_grad()
            gen = generator(torch.randn(len(real), latent_dim))
            loss_G = -torch.mean(critic(gen))
            loss_G.backward()
            optimizer_G.step()
        count += 1

    return generator, critic, step


def batches(seed):
    while True:
        points, _ = make_moons(128, noise=0.05, random_state=seed)
        seed += 10_000
        yield torch.tensor(points, dtype=torch.float32) * 2


def samples(generator, real):
    return generator(torch.randn(len(real), latent_dim)), real
