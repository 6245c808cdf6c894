"""Relativistic pairing with R1 and R2 in the style of R3GAN, arXiv:2501.05441: no normalization; 8 x 8 crosses."""

import torch
import torch.nn as nn


class ResidualBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, channels, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(channels, channels, 3, padding=1, groups=2),
            nn.LeakyReLU(0.2),
            nn.Conv2d(channels, channels, 1, bias=False),
        )

    def forward(self, x):
        return x + 0.5 * self.layers(x)


class Generator(nn.Module):
    noise_dimension = 16

    def __init__(self, channels=16):
        super().__init__()
        self.basis = nn.Linear(self.noise_dimension, channels * 16)
        self.main = nn.Sequential(
            nn.Unflatten(1, (channels, 4, 4)),
            ResidualBlock(channels),
            nn.Upsample(scale_factor=2, mode="bilinear"),
            ResidualBlock(channels),
            nn.Conv2d(channels, 1, 3, padding=1),
        )

    def forward(self, noise):
        return self.main(self.basis(noise))


class Discriminator(nn.Module):
    def __init__(self, channels=16):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(1, channels, 3, padding=1),
            ResidualBlock(channels),
            nn.AvgPool2d(2),
            ResidualBlock(channels),
            nn.Flatten(),
            nn.Linear(channels * 16, 1),
        )

    def forward(self, x):
        return self.main(x).view(x.shape[0])


class AdversarialTraining:
    def __init__(self, generator, discriminator):
        self.generator = generator
        self.discriminator = discriminator

    @staticmethod
    def zero_centered_gradient_penalty(samples, critics):
        (gradient,) = torch.autograd.grad(outputs=critics.sum(), inputs=samples, create_graph=True)
        return gradient.square().sum([1, 2, 3])

    def accumulate_generator_gradients(self, noise, real_samples):
        fake_samples = self.generator(noise)
        fake_logits = self.discriminator(fake_samples)
        real_logits = self.discriminator(real_samples.detach())
        relativistic_logits = fake_logits - real_logits
        adversarial_loss = nn.functional.softplus(-relativistic_logits)
        adversarial_loss.mean().backward()

    def accumulate_discriminator_gradients(self, noise, real_samples, gamma):
        real_samples = real_samples.detach().requires_grad_(True)
        fake_samples = self.generator(noise).detach().requires_grad_(True)
        real_logits = self.discriminator(real_samples)
        fake_logits = self.discriminator(fake_samples)
        r1_penalty = self.zero_centered_gradient_penalty(real_samples, real_logits)
        r2_penalty = self.zero_centered_gradient_penalty(fake_samples, fake_logits)
        relativistic_logits = real_logits - fake_logits
        adversarial_loss = nn.functional.softplus(-relativistic_logits)
        discriminator_loss = adversarial_loss + (gamma / 2) * (r1_penalty + r2_penalty)
        discriminator_loss.mean().backward()


def make():
    G, D = Generator(), Discriminator()
    trainer = AdversarialTraining(G, D)
    g_opt = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.0, 0.9))
    d_opt = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.0, 0.9))

    def step(images):
        D.requires_grad_(True)
        G.requires_grad_(False)
        noise = torch.randn(images.shape[0], G.noise_dimension)
        trainer.accumulate_discriminator_gradients(noise, images, gamma=0.5)
        d_opt.step()
        d_opt.zero_grad(set_to_none=True)

        D.requires_grad_(False)
        G.requires_grad_(True)
        noise = torch.randn(images.shape[0], G.noise_dimension)
        trainer.accumulate_generator_gradients(noise, images)
        g_opt.step()
        g_opt.zero_grad(set_to_none=True)

    return G, D, step


def batches(seed):
    chance = torch.Generator().manual_seed(seed)
    steps = torch.arange(8.0)
    while True:
        across = (-((steps - 2 - 3 * torch.rand(24, 1, generator=chance)) ** 2) / 1.5).exp()
        down = (-((steps - 2 - 3 * torch.rand(24, 1, generator=chance)) ** 2) / 1.5).exp()
        yield (torch.maximum(across[:, :, None], down[:, None, :]) * 2 - 1).unsqueeze(1)


def samples(generator, images):
    return generator(torch.randn(images.shape[0], generator.noise_dimension)), images
