"""InfoGAN, arXiv:1606.03657: a third loss asks G to keep the code readable; noise comes from NumPy; digits 0 to 4."""

import itertools

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

Z_DIM, N_CLASSES, CODE_DIM = 12, 5, 2


def to_categorical(y, num_columns):
    y_cat = np.zeros((y.shape[0], num_columns))
    y_cat[range(y.shape[0]), y] = 1.0
    return torch.tensor(y_cat, dtype=torch.float32)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Sequential(nn.Linear(Z_DIM + N_CLASSES + CODE_DIM, 96), nn.BatchNorm1d(96), nn.ReLU())
        self.l2 = nn.Sequential(nn.Linear(96, 96), nn.BatchNorm1d(96), nn.ReLU())
        self.out = nn.Sequential(nn.Linear(96, 64), nn.Tanh())

    def forward(self, noise, labels, code):
        gen_input = torch.cat((noise, labels, code), -1)
        return self.out(self.l2(self.l1(gen_input))).view(-1, 1, 8, 8)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Flatten(), nn.Linear(64, 96), nn.LeakyReLU(0.2), nn.Linear(96, 96), nn.LeakyReLU(0.2)
        )
        self.adv_layer = nn.Linear(96, 1)
        self.aux_layer = nn.Linear(96, N_CLASSES)
        self.latent_layer = nn.Linear(96, CODE_DIM)

    def forward(self, img):
        out = self.trunk(img)
        return self.adv_layer(out), self.aux_layer(out), self.latent_layer(out)


def make():
    adversarial_loss, categorical_loss, continuous_loss = nn.MSELoss(), nn.CrossEntropyLoss(), nn.MSELoss()
    generator, discriminator = Generator(), Discriminator()
    optimizer_G = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
    optimizer_D = torch.optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.999))
    both = itertools.chain(generator.parameters(), discriminator.parameters())
    optimizer_info = torch.optim.Adam(both, lr=5e-4, betas=(0.5, 0.999))
    rng = np.random.default_rng(torch.randint(2**31, ()).item())

    def draw(n):
        z = torch.tensor(rng.normal(0, 1, (n, Z_DIM)), dtype=torch.float32)
        classes = rng.integers(0, N_CLASSES, n)
        code = torch.tensor(rng.uniform(-1, 1, (n, CODE_DIM)), dtype=torch.float32)
        return z, classes, code

    def step(imgs):
        n = imgs.shape[0]
        valid, fake = torch.ones((n, 1)), torch.zeros((n, 1))

        optimizer_G.zero_grad()
        z, classes, code = draw(n)
        gen_imgs = generator(z, to_categorical(classes, N_CLASSES), code)
        validity, _, _ = discriminator(gen_imgs)
        g_loss = adversarial_loss(validity, valid)
        g_loss.backward()
        optimizer_G.step()

        optimizer_D.zero_grad()
        real_pred, _, _ = discriminator(imgs)
        fake_pred, _, _ = discriminator(gen_imgs.detach())
        d_loss = (adversarial_loss(real_pred, valid) + adversarial_loss(fake_pred, fake)) / 2
        d_loss.backward()
        optimizer_D.step()

        optimizer_info.zero_grad()
        z, classes, code = draw(n)
        gen_imgs = generator(z, to_categorical(classes, N_CLASSES), code)
        _, pred_label, pred_code = discriminator(gen_imgs)
        info_loss = categorical_loss(pred_label, torch.tensor(classes)) + 0.1 * continuous_loss(pred_code, code)
        info_loss.backward()
        optimizer_info.step()

    return generator, discriminator, step


def batches(seed):
    pixels = load_digits(n_class=N_CLASSES).images / 8 - 1
    pixels = torch.tensor(pixels, dtype=torch.float32)[:, None]
    rng = np.random.default_rng(seed)
    while True:
        yield pixels[rng.integers(0, len(pixels), 64)]


def samples(generator, imgs):
    n = len(imgs)
    code = torch.rand(n, CODE_DIM) * 2 - 1
    return generator(torch.randn(n, Z_DIM), torch.eye(N_CLASSES)[torch.randint(N_CLASSES, (n,))], code), imgs
