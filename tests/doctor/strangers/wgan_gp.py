"""A Wasserstein GAN with a gradient penalty, arXiv:1704.00028, on 16 x 16 pictures of one soft spot."""

import torch
from torch import autograd, nn

LATENT = 16
LAMBDA = 10.0
CRITIC_ITERS = 2


class Reshape(nn.Module):
    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(len(x), *self.shape)


def calc_gradient_penalty(netD, real_data, fake_data):
    alpha = torch.rand(real_data.size(0), 1, 1, 1)
    interpolates = alpha * real_data + (1 - alpha) * fake_data
    interpolates.requires_grad_(True)
    disc_interpolates = netD(interpolates)
    gradients = autograd.grad(
        outputs=disc_interpolates,
        inputs=interpolates,
        grad_outputs=torch.ones_like(disc_interpolates),
        create_graph=True,
        retain_graph=True,
    )[0]
    gradients = gradients.view(gradients.size(0), -1)
    return LAMBDA * ((gradients.norm(2, dim=1) - 1) ** 2).mean()


def make():
    netG = nn.Sequential(
        nn.Linear(LATENT, 16 * 4 * 4),
        nn.ReLU(),
        Reshape(16, 4, 4),
        nn.Upsample(scale_factor=2),
        nn.Conv2d(16, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Upsample(scale_factor=2),
        nn.Conv2d(16, 1, 3, padding=1),
        nn.Sigmoid(),
    )
    netD = nn.Sequential(
        nn.Conv2d(1, 16, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(16, 16, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(16 * 4 * 4, 1),
    )
    optimizerD = torch.optim.Adam(netD.parameters(), lr=1e-3, betas=(0.5, 0.9))
    optimizerG = torch.optim.Adam(netG.parameters(), lr=1e-3, betas=(0.5, 0.9))

    def step(real):
        for p in netD.parameters():
            p.requires_grad = True
        for _ in range(CRITIC_ITERS):
            netD.zero_grad()
            with torch.no_grad():
                fake = netG(torch.randn(real.size(0), LATENT))
            D_real = netD(real).mean()
            D_fake = netD(fake).mean()
            D_cost = D_fake - D_real + calc_gradient_penalty(netD, real, fake)
            D_cost.backward()
            optimizerD.step()

        for p in netD.parameters():
            p.requires_grad = False
        netG.zero_grad()
        G_cost = -netD(netG(torch.randn(real.size(0), LATENT))).mean()
        G_cost.backward()
        optimizerG.step()

    return netG, netD, step


def batches(seed):
    chance = torch.Generator().manual_seed(seed)
    axis = torch.linspace(-1, 1, 16)
    while True:
        middle = torch.rand(64, 2, 1, 1, generator=chance) - 0.5
        squares = (axis.view(1, 16, 1) - middle[:, 0]) ** 2 + (axis.view(1, 1, 16) - middle[:, 1]) ** 2
        yield torch.exp(-squares / 0.1).unsqueeze(1)


def samples(netG, real):
    return netG(torch.randn(real.size(0), LATENT)), real
