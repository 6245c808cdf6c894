"""An autoencoder with a discriminator: encoder, decoder, three optimizers, a distance to what was encoded."""

import torch
import torch.nn.functional as F
from torch import nn


def batches():
    return list(torch.rand(6, 20, 16))


class AutoEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(16, 48), nn.ReLU(), nn.Linear(48, 12))
        self.decoder = nn.Sequential(nn.Linear(6, 48), nn.ReLU(), nn.Linear(48, 16), nn.Sigmoid())

    def forward(self, x):
        mean, log = self.encoder(x).chunk(2, 1)
        return self.decoder(mean + (log / 2).exp() * torch.randn_like(mean)), mean, log


def make():
    V = AutoEncoder()
    D = nn.Sequential(nn.Linear(16, 48), nn.LeakyReLU(0.2), nn.Linear(48, 1))
    encoder = torch.optim.Adam(V.encoder.parameters(), lr=3e-4)
    decoder = torch.optim.Adam(V.decoder.parameters(), lr=3e-4)
    judge = torch.optim.Adam(D.parameters(), lr=3e-4)

    def step(real):
        made, mean, log = V(real)
        drawn = V.decoder(torch.randn(len(real), 6))
        d_loss = (
            F.softplus(-D(real)).mean() + 0.5 * (F.softplus(D(made.detach())) + F.softplus(D(drawn.detach()))).mean()
        )
        judge.zero_grad()
        d_loss.backward()
        judge.step()
        divergence = -0.5 * (1 + log - mean.square() - log.exp()).sum(1).mean()
        loss = F.mse_loss(made, real) + 0.01 * divergence + 0.1 * (F.softplus(-D(made)) + F.softplus(-D(drawn))).mean()
        encoder.zero_grad(), decoder.zero_grad()
        loss.backward()
        encoder.step(), decoder.step()

    return V, D, step
