"""R3GAN: the relativistic pairing loss with R1 and R2, in one pass and with accumulated gradients."""

import torch
import torch.nn.functional as F
from torch import nn


def batches():
    return list(torch.randn(8, 24, 2) * 0.2 + torch.tensor([1.0, -1.0]))


def make():
    G = nn.Sequential(nn.Linear(4, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 2))
    D = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
    opt_g = torch.optim.Adam(G.parameters(), lr=5e-4, betas=(0.0, 0.99))
    opt_d = torch.optim.Adam(D.parameters(), lr=5e-4, betas=(0.0, 0.99))

    def zero_centered(examples, scores):
        (slope,) = torch.autograd.grad(scores.sum(), examples, create_graph=True)
        return slope.square().sum(1)

    def step(real):
        opt_d.zero_grad(set_to_none=True)
        for part in real.chunk(2):
            x = part.detach().requires_grad_(True)
            with torch.no_grad():
                y = G(torch.randn(len(part), 4))
            y = y.requires_grad_(True)
            s_real, s_fake = D(x).flatten(), D(y).flatten()
            d_loss = F.softplus(-(s_real - s_fake)) + 0.5 * (zero_centered(x, s_real) + zero_centered(y, s_fake))
            (d_loss.mean() / 2).backward()
        opt_d.step()
        opt_g.zero_grad(set_to_none=True)
        for part in real.chunk(2):
            s_real, s_fake = D(part).flatten().detach(), D(G(torch.randn(len(part), 4))).flatten()
            g_loss = F.softplus(-(s_fake - s_real))
            (g_loss.mean() / 2).backward()
        opt_g.step()

    return G, D, step
