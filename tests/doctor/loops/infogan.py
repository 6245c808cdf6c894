"""InfoGAN: a third optimizer owns weights of both players."""

import itertools

import torch
from torch import nn


def batches():
    return list(torch.rand(6, 20, 16) * 2 - 1)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(16, 48), nn.LeakyReLU(0.2), nn.Linear(48, 32), nn.LeakyReLU(0.2))
        self.adv, self.cls, self.code = nn.Linear(32, 1), nn.Linear(32, 4), nn.Linear(32, 1)

    def forward(self, x):
        h = self.trunk(x)
        return self.adv(h), self.cls(h), self.code(h)


def make():
    G = nn.Sequential(nn.Linear(6 + 4 + 1, 48), nn.ReLU(), nn.Linear(48, 16), nn.Tanh())
    D = Discriminator()
    optG = torch.optim.Adam(G.parameters(), lr=2e-4, betas=(0.5, 0.999))
    optD = torch.optim.Adam(D.parameters(), lr=2e-4, betas=(0.5, 0.999))
    optI = torch.optim.Adam(itertools.chain(G.parameters(), D.parameters()), lr=2e-4, betas=(0.5, 0.999))
    mse, ce = nn.MSELoss(), nn.CrossEntropyLoss()

    def given(n):
        label = torch.randint(0, 4, (n,))
        return label, torch.rand(n, 1) * 2 - 1

    def step(real):
        n = len(real)
        valid, false = torch.ones(n, 1), torch.zeros(n, 1)
        optG.zero_grad()
        label, code = given(n)
        gen = G(torch.cat([torch.randn(n, 6), torch.eye(4)[label], code], 1))
        g_loss = mse(D(gen)[0], valid)
        g_loss.backward()
        optG.step()
        optD.zero_grad()
        d_loss = (mse(D(real)[0], valid) + mse(D(gen.detach())[0], false)) / 2
        d_loss.backward()
        optD.step()
        optI.zero_grad()
        label, code = given(n)
        gen = G(torch.cat([torch.randn(n, 6), torch.eye(4)[label], code], 1))
        _, pred_label, pred_code = D(gen)
        info = ce(pred_label, label) + 0.1 * mse(pred_code, code)
        info.backward()
        optI.step()

    return G, D, step
