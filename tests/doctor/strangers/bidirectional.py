"""A GAN with an encoder, arXiv:1605.09782: D judges pairs of an example and a code; points on an S in the plane."""

from itertools import chain

import torch
import torch.nn.functional as F
from torch import nn

code_size = 3


def net(n_in, n_out, width=64):
    return nn.Sequential(nn.Linear(n_in, width), nn.GELU(), nn.Linear(width, width), nn.GELU(), nn.Linear(width, n_out))


class Joint(nn.Module):
    """Decoder and encoder, which play on the same side."""

    def __init__(self):
        super().__init__()
        self.decode = net(code_size, 2)
        self.encode = net(2, code_size)

    def forward(self, code):
        return self.decode(code)


class PairCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = net(2 + code_size, 1)

    def forward(self, example, code):
        return self.body(torch.cat([example, code], dim=1)).flatten()


def make():
    model, critic = Joint(), PairCritic()
    model_optimizer = torch.optim.Adam(chain(model.decode.parameters(), model.encode.parameters()), 1e-3, (0.0, 0.9))
    critic_optimizer = torch.optim.Adam(critic.parameters(), 3e-3, (0.0, 0.9))

    def scores(example):
        code = torch.randn(example.shape[0], code_size)
        return critic(example, model.encode(example)), critic(model.decode(code), code)

    def step(example):
        from_data, from_code = scores(example)
        critic_loss = F.softplus(-from_data).mean() + F.softplus(from_code).mean()
        critic_optimizer.zero_grad()
        critic_loss.backward()
        critic_optimizer.step()

        from_data, from_code = scores(example)
        model_loss = F.softplus(from_data).mean() + F.softplus(-from_code).mean()
        model_optimizer.zero_grad()
        model_loss.backward()
        model_optimizer.step()

    return model, critic, step


def batches(seed):
    chance = torch.Generator().manual_seed(seed)
    while True:
        t = 4.7 * (torch.rand(128, generator=chance) - 0.5)
        points = torch.stack([torch.sin(2 * t), t], dim=1)
        yield points + 0.08 * torch.randn(128, 2, generator=chance)


def samples(model, example):
    return model(torch.randn(len(example), code_size)), example
