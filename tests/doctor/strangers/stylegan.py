"""A small GAN in the style of StyleGAN2, arXiv:1912.04958: mapping network, styles, lazy R1, moving average of G."""

import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

D_REG_EVERY = 4
R1_GAMMA = 1.0


class PixelNorm(nn.Module):
    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(dim=1, keepdim=True) + 1e-8)


class EqualLinear(nn.Module):
    def __init__(self, n_in, n_out, bias_init=0.0, lr_mul=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in) / lr_mul)
        self.bias = nn.Parameter(torch.full((n_out,), bias_init))
        self.scale, self.lr_mul = lr_mul / math.sqrt(n_in), lr_mul

    def forward(self, x):
        return F.linear(x, self.weight * self.scale, self.bias * self.lr_mul)


class StyledConv(nn.Module):
    def __init__(self, c_in, c_out, w_dim):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(c_out, c_in, 3, 3))
        self.modulation = EqualLinear(w_dim, c_in, bias_init=1.0)
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self.bias = nn.Parameter(torch.zeros(c_out))

    def forward(self, x, w):
        style = self.modulation(w)
        weight = self.weight[None] * style[:, None, :, None, None] / math.sqrt(self.weight[0].numel())
        weight = weight * torch.rsqrt(weight.square().sum([2, 3, 4], keepdim=True) + 1e-8)
        b, c, h, wide = x.shape
        x = F.conv2d(x.reshape(1, b * c, h, wide), weight.flatten(0, 1), padding=1, groups=b)
        x = x.view(b, -1, h, wide) + self.noise_strength * torch.randn(b, 1, h, wide)
        return F.leaky_relu(x + self.bias[:, None, None], 0.2) * math.sqrt(2)


class Generator(nn.Module):
    def __init__(self, z_dim=16, w_dim=32, channels=16):
        super().__init__()
        self.z_dim = z_dim
        self.style = nn.Sequential(
            PixelNorm(),
            EqualLinear(z_dim, w_dim, lr_mul=0.1),
            nn.LeakyReLU(0.2),
            EqualLinear(w_dim, w_dim, lr_mul=0.1),
            nn.LeakyReLU(0.2),
        )
        self.constant = nn.Parameter(torch.randn(1, channels, 4, 4))
        self.conv1 = StyledConv(channels, channels, w_dim)
        self.conv2 = StyledConv(channels, channels, w_dim)
        self.to_rgb = nn.Conv2d(channels, 1, 1)

    def forward(self, z):
        w = self.style(z)
        x = self.conv1(self.constant.expand(len(z), -1, -1, -1), w)
        x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        return self.to_rgb(self.conv2(x, w))


class Discriminator(nn.Module):
    def __init__(self, channels=16):
        super().__init__()
        self.convs = nn.Sequential(
            nn.Conv2d(1, channels, 3, padding=1),
            nn.LeakyReLU(0.2),
            nn.AvgPool2d(2),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.LeakyReLU(0.2),
        )
        self.last = nn.Sequential(nn.Linear((channels + 1) * 16, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))

    def forward(self, x):
        h = self.convs(x)
        groups = h.view(4, -1, *h.shape[1:])
        std = groups.var(0, unbiased=False).add(1e-8).sqrt().mean([1, 2, 3])
        std = std.view(1, -1, 1, 1, 1).expand(4, -1, 1, 4, 4).reshape(-1, 1, 4, 4)
        return self.last(torch.cat([h, std], 1).flatten(1))


def d_r1_loss(real_pred, real_img):
    (grad_real,) = torch.autograd.grad(outputs=real_pred.sum(), inputs=real_img, create_graph=True)
    return grad_real.pow(2).reshape(grad_real.shape[0], -1).sum(1).mean()


def make():
    generator, discriminator = Generator(), Discriminator()
    g_ema = copy.deepcopy(generator).eval().requires_grad_(False)
    ratio = D_REG_EVERY / (D_REG_EVERY + 1)
    g_optim = torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.0, 0.99))
    d_optim = torch.optim.Adam(discriminator.parameters(), lr=2e-3 * ratio, betas=(0.0, 0.99**ratio))
    iteration = 0

    def step(real_img):
        nonlocal iteration
        generator.requires_grad_(False)
        discriminator.requires_grad_(True)
        fake_img = generator(torch.randn(len(real_img), generator.z_dim))
        d_loss = F.softplus(-discriminator(real_img)).mean() + F.softplus(discriminator(fake_img)).mean()
        discriminator.zero_grad()
        d_loss.backward()
        d_optim.step()

        if iteration % D_REG_EVERY == 0:
            real_img = real_img.detach().requires_grad_(True)
            r1 = d_r1_loss(discriminator(real_img), real_img)
            discriminator.zero_grad()
            (R1_GAMMA / 2 * r1 * D_REG_EVERY).backward()
            d_optim.step()

        generator.requires_grad_(True)
        discriminator.requires_grad_(False)
        fake_img = generator(torch.randn(len(real_img), generator.z_dim))
        g_loss = F.softplus(-discriminator(fake_img)).mean()
        generator.zero_grad()
        g_loss.backward()
        g_optim.step()
        with torch.no_grad():
            for slow, fast in zip(g_ema.parameters(), generator.parameters(), strict=True):
                slow.lerp_(fast, 0.02)
        iteration += 1

    return generator, discriminator, step


def batches(seed):
    chance = torch.Generator().manual_seed(seed)
    ramp = torch.linspace(-1, 1, 8)
    while True:
        angle = torch.rand(32, 1, 1, generator=chance) * 6.283
        line = ramp.view(1, 8, 1) * angle.cos() + ramp.view(1, 1, 8) * angle.sin()
        yield torch.tanh(4 * line).unsqueeze(1)


def samples(generator, real_img):
    return generator(torch.randn(len(real_img), generator.z_dim)), real_img
