"""A penalty around the data, arXiv:1705.07215, with cross entropy and batch statistics nowhere in D; 8 x 8 digits."""

import torch
import torch.nn as nn
from sklearn.datasets import load_digits

lambda_gp = 1.0


def compute_gradient_penalty(D, X):
    alpha = torch.rand(X.size(0), 1, 1, 1).expand_as(X)
    perturbed = X + 0.5 * X.std() * torch.rand_like(X)
    interpolates = alpha * X + (1 - alpha) * perturbed
    interpolates = interpolates.detach().requires_grad_()
    d_interpolates = D(interpolates)
    fake = torch.ones(X.size(0), 1)
    gradients = torch.autograd.grad(
        outputs=d_interpolates, inputs=interpolates, grad_outputs=fake, create_graph=True, only_inputs=True
    )[0]
    gradients = gradients.reshape(gradients.size(0), -1)
    return lambda_gp * ((gradients.norm(2, dim=1) - 1) ** 2).mean()


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Sequential(nn.Linear(20, 32 * 2 * 2))
        self.conv_blocks = nn.Sequential(
            nn.BatchNorm2d(32),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(32, 32, 3, stride=1, padding=1),
            nn.BatchNorm2d(32),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(32, 1, 3, stride=1, padding=1),
            nn.Tanh(),
        )

    def forward(self, noise):
        out = self.l1(noise)
        out = out.view(out.shape[0], 32, 2, 2)
        return self.conv_blocks(out)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(
            nn.Conv2d(1, 16, 3, 2, 1),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(16, 32, 3, 2, 1),
            nn.LeakyReLU(0.2, inplace=True),
        )
        self.adv_layer = nn.Sequential(nn.Linear(32 * 2 * 2, 1), nn.Sigmoid())

    def forward(self, img):
        out = self.model(img)
        out = out.view(out.shape[0], -1)
        return self.adv_layer(out)


def make():
    adversarial_loss = nn.BCELoss()
    G, D = Generator(), Discriminator()
    optimizer_G = torch.optim.Adam(G.parameters(), lr=0.001, betas=(0.5, 0.999))
    optimizer_D = torch.optim.Adam(D.parameters(), lr=0.001, betas=(0.5, 0.999))

    def step(imgs):
        n = imgs.shape[0]
        valid, fake = torch.ones(n, 1), torch.zeros(n, 1)
        z = torch.randn(n, 20)
        gen_imgs = G(z)

        optimizer_G.zero_grad()
        g_loss = adversarial_loss(D(gen_imgs), valid)
        g_loss.backward()
        optimizer_G.step()

        optimizer_D.zero_grad()
        real_loss = adversarial_loss(D(imgs), valid)
        fake_loss = adversarial_loss(D(gen_imgs.detach()), fake)
        gradient_penalty = compute_gradient_penalty(D, imgs)
        d_loss = (real_loss + fake_loss) / 2 + gradient_penalty
        d_loss.backward()
        optimizer_D.step()

    return G, D, step


def batches(seed):
    data = torch.tensor(load_digits().images, dtype=torch.float32).view(-1, 1, 8, 8)
    data = data / data.max() * 2 - 1
    chance = torch.Generator().manual_seed(seed)
    while True:
        yield data[torch.randint(data.size(0), (64,), generator=chance)]


def samples(G, imgs):
    return G(torch.randn(len(imgs), 20)), imgs
