"""BiGAN: an encoder on the generator's side, pairs for the discriminator; labels as a smooth target."""

import torch
from torch import nn


def batches():
    return list(torch.rand(6, 20, 8) * 2 - 1)


class Judge(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(12, 48), nn.LeakyReLU(0.2), nn.Dropout(0.2), nn.Linear(48, 1), nn.Sigmoid())

    def forward(self, x, z):
        return self.net(torch.cat([x, z], 1))


def make():
    decode = nn.Sequential(nn.Linear(4, 48), nn.ReLU(), nn.Linear(48, 8), nn.Tanh())
    encode = nn.Sequential(nn.Linear(8, 48), nn.ReLU(), nn.Linear(48, 4))
    G, D = nn.ModuleDict({"decode": decode, "encode": encode}), Judge()
    og = torch.optim.Adam([*decode.parameters(), *encode.parameters()], lr=2e-4, betas=(0.5, 0.999))
    od = torch.optim.Adam(D.parameters(), lr=2e-4, betas=(0.5, 0.999))
    bce = nn.BCELoss()

    def step(real):
        ones, zeros = torch.ones(len(real), 1), torch.zeros(len(real), 1)
        z = torch.randn(len(real), 4)
        x, code = G["decode"](z), G["encode"](real)
        og.zero_grad()
        (bce(D(x, z), ones) + bce(D(real, code), zeros)).backward()
        og.step()
        od.zero_grad()
        (bce(D(real, code.detach()), ones) + bce(D(x.detach(), z), zeros)).backward()
        od.step()

    return G, D, step
