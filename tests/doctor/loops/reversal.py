"""One optimizer, one loss: a layer that turns the gradient round between the players."""

import torch
import torch.nn.functional as F
from torch import nn


class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, gradient):
        return -gradient


def batches():
    return list(torch.randn(8, 32, 2) + 1)


def make():
    G = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
    D = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 1))
    opt = torch.optim.Adam(
        [{"params": G.parameters(), "lr": 1e-3}, {"params": D.parameters(), "lr": 2e-3}], betas=(0.5, 0.999)
    )

    def step(real):
        fake = Reverse.apply(G(torch.randn(len(real), 4)))
        scores = D(torch.cat([real, fake])).squeeze(1)
        labels = torch.cat([torch.ones(len(real)), torch.zeros(len(real))])
        loss = F.binary_cross_entropy_with_logits(scores, labels)
        opt.zero_grad()
        loss.backward()
        opt.step()

    return G, D, step
