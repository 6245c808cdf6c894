"""A critic on a frozen network that it hides in a list, its first layer frozen from the start; slopes seldom bound.

The generator moves in each third step, and a penalty on steep slopes alone comes in each second.
"""

import torch
from torch import nn


class OnFeatures(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = [nn.Sequential(nn.Linear(9, 30), nn.Tanh()).requires_grad_(False)]
        self.first = nn.Linear(39, 50).requires_grad_(False)
        self.then = nn.Sequential(nn.SiLU(), nn.Linear(50, 50), nn.SiLU(), nn.Linear(50, 1))

    def forward(self, x):
        return self.then(self.first(torch.cat([x, self.hidden[0](x)], 1)))


class Stacked(nn.Module):
    def __init__(self):
        super().__init__()
        self.into = nn.Linear(6, 50)
        self.stack = nn.ModuleList([nn.Linear(50, 50), nn.Linear(50, 50)])
        self.out = nn.Linear(50, 9)

    def forward(self, z):
        h = torch.relu(self.into(z))
        for layer in self.stack:
            h = h + torch.relu(layer(h))
        return self.out(h)


def batches():
    return list(torch.rand(6, 32, 9).cumsum(2) / 3 - 1)


def make():
    source, critic = Stacked(), OnFeatures()
    trained = [one for one in critic.parameters() if one.requires_grad]
    moves_source = torch.optim.RMSprop(source.parameters(), lr=5e-4)
    moves_critic = torch.optim.RMSprop(trained, lr=5e-4)
    done = 0
    strength = 4.0

    def latents(real):
        return torch.randn(len(real), 6)

    def step(real):
        nonlocal done
        fake = source(latents(real)).detach()
        loss = critic(fake).mean() - critic(real).mean()
        if done % 2 == 0:
            between = (fake + torch.rand(len(real), 1) * (real - fake)).requires_grad_()
            slope = torch.autograd.grad(critic(between).sum(), between, create_graph=True)[0]
            loss = loss + strength * torch.relu(slope.square().sum(1) - 1).mean()
        moves_critic.zero_grad()
        loss.backward()
        moves_critic.step()
        if done % 3 == 2:
            for one in trained:
                one.requires_grad_(False)
            moves_source.zero_grad()
            (-critic(source(latents(real))).mean()).backward()
            moves_source.step()
            for one in trained:
                one.requires_grad_(True)
        done += 1

    return source, critic, step
