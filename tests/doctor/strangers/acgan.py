"""An auxiliary classifier GAN, arXiv:1610.09585: D also names the class, and G is paid for it; digits 0 to 3."""

import torch
from sklearn.datasets import load_digits
from torch import nn

nz = 16
num_classes = 4


class _netG(nn.Module):
    def __init__(self):
        super().__init__()
        self.label_emb = nn.Embedding(num_classes, nz)
        self.fc = nn.Linear(nz, 32 * 2 * 2)
        self.conv_blocks = nn.Sequential(
            nn.BatchNorm2d(32),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(32, 32, 3, stride=1, padding=1),
            nn.BatchNorm2d(32, 0.8),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(32, 16, 3, stride=1, padding=1),
            nn.BatchNorm2d(16, 0.8),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(16, 1, 3, stride=1, padding=1),
            nn.Tanh(),
        )

    def forward(self, noise, labels):
        x = torch.mul(self.label_emb(labels), noise)
        x = self.fc(x)
        x = x.view(x.size(0), 32, 2, 2)
        return self.conv_blocks(x)


class _netD(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, 2, 1),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(16, 32, 3, 2, 1),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Flatten(),
        )
        self.fc_dis = nn.Sequential(nn.Linear(128, 1), nn.Sigmoid())
        self.fc_aux = nn.Linear(128, num_classes)

    def forward(self, img):
        x = self.features(img)
        return self.fc_dis(x).view(-1), self.fc_aux(x)


def make():
    netG, netD = _netG(), _netD()
    dis_criterion = nn.BCELoss()
    aux_criterion = nn.CrossEntropyLoss()
    optD = torch.optim.Adam(netD.parameters(), lr=0.001, betas=(0.5, 0.999))
    optG = torch.optim.Adam(netG.parameters(), lr=0.001, betas=(0.5, 0.999))
    real_label, fake_label = 1.0, 0.0

    def step(data):
        image, label = data
        batch_size = image.size(0)
        dis_label = torch.empty(batch_size)

        optD.zero_grad()
        dis_label.fill_(real_label)
        dis_output, aux_output = netD(image)
        dis_errD_real = dis_criterion(dis_output, dis_label)
        aux_errD_real = aux_criterion(aux_output, label)
        errD_real = dis_errD_real + aux_errD_real
        errD_real.backward()

        noise = torch.empty(batch_size, nz).normal_(0, 1)
        class_label = torch.randint(num_classes, (batch_size,))
        fake = netG(noise, class_label)
        dis_label.data.fill_(fake_label)
        dis_output, aux_output = netD(fake.detach())
        dis_errD_fake = dis_criterion(dis_output, dis_label)
        aux_errD_fake = aux_criterion(aux_output, class_label)
        errD_fake = dis_errD_fake + aux_errD_fake
        errD_fake.backward()
        optD.step()

        optG.zero_grad()
        dis_label.data.fill_(real_label)
        dis_output, aux_output = netD(fake)
        dis_errG = dis_criterion(dis_output, dis_label)
        aux_errG = aux_criterion(aux_output, class_label)
        errG = dis_errG + aux_errG
        errG.backward()
        optG.step()
        return errD_real.item() + errD_fake.item(), errG.item()

    return netG, netD, step


def batches(seed):
    x, y = load_digits(n_class=num_classes, return_X_y=True)
    x = torch.tensor(x.reshape(-1, 1, 8, 8) / 16, dtype=torch.float32)
    x = (x - 0.5) / 0.5
    y = torch.tensor(y, dtype=torch.long)
    chance = torch.Generator().manual_seed(seed)
    while True:
        rows = torch.randint(len(x), (64,), generator=chance)
        yield x[rows], y[rows]


def samples(netG, data):
    image, label = data
    return netG(torch.randn(len(label), nz), label), image
