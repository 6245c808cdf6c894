"""The first GAN in other clothes: which one is chosen by the name STYLE, that a test edits."""

import copy

import torch
import torch.nn.functional as F
from torch import nn

STYLE = "plain"


def batches():
    return list(torch.rand(6, 24, 1, 4, 4) * 2 - 1)


def network(into, out, *layers):
    return nn.Sequential(nn.Flatten(), nn.Linear(into, 48), *layers, nn.LeakyReLU(0.2), nn.Linear(48, out))


class Features(nn.Module):
    def __init__(self, out=1):
        super().__init__()
        self.trunk, self.head = nn.Sequential(nn.Flatten(), nn.Linear(16, 48), nn.LeakyReLU(0.2)), nn.Linear(48, out)

    def forward(self, x):
        h = self.trunk(x)
        return self.head(h), h


def noise(real):
    return torch.randn(len(real), 6)


def relativistic_average(G, D, og, od):
    def step(real):
        with torch.no_grad():
            fake = G(noise(real))
        r, f = D(real), D(fake)
        loss = F.softplus(-(r - f.mean())).mean() + F.softplus(f - r.mean()).mean()
        od.zero_grad(), loss.backward(), od.step()
        r, f = D(real).detach(), D(G(noise(real)))
        loss = F.softplus(-(f - r.mean())).mean() + F.softplus(r - f.mean()).mean()
        og.zero_grad(), loss.backward(), og.step()

    return step


def feature_matching(G, D, og, od):
    def step(real):
        fake = G(noise(real))
        r, f = D(real)[0], D(fake.detach())[0]
        loss = F.softplus(-r).mean() + F.softplus(f).mean()
        od.zero_grad(), loss.backward(), od.step()
        with torch.no_grad():
            wanted = D(real)[1].mean(0)
        loss = (D(fake)[1].mean(0) - wanted).square().mean()
        og.zero_grad(), loss.backward(), og.step()

    return step


def several_classes(G, D, og, od):
    def step(real):
        classes = torch.randint(0, 3, (len(real),))
        fake = G(noise(real))
        r, f = D(real), D(fake.detach())
        loss = F.cross_entropy(r, classes) + F.cross_entropy(f, torch.full((len(f),), 3))
        od.zero_grad(), loss.backward(), od.step()
        loss = -torch.log(1 - F.softmax(D(fake), 1)[:, 3] + 1e-6).mean()
        og.zero_grad(), loss.backward(), og.step()

    return step


def unrolled(G, D, og, od):
    def step(real):
        for i in range(3):
            fake = G(noise(real)).detach()
            loss = F.softplus(-D(real)).mean() + F.softplus(D(fake)).mean()
            od.zero_grad(), loss.backward(), od.step()
            if i == 0:
                kept = copy.deepcopy(D.state_dict())
        loss = F.softplus(-D(G(noise(real)))).mean()
        og.zero_grad(), loss.backward(), og.step()
        D.load_state_dict(kept)

    return step


def backward_of_ones(G, D, og, od):
    one, minus = torch.tensor(1.0), torch.tensor(-1.0)

    def step(real):
        for p in D.parameters():
            p.requires_grad = True
        for _ in range(2):
            for p in D.parameters():
                p.data.clamp_(-0.05, 0.05)
            D.zero_grad()
            D(real).mean().backward(one)
            D(G(noise(real)).detach()).mean().backward(minus)
            od.step()
        for p in D.parameters():
            p.requires_grad = False
        G.zero_grad()
        D(G(noise(real))).mean().backward(one)
        og.step()

    return step


def dragan(G, D, og, od):
    def step(real):
        x = (real + 0.5 * real.std() * torch.rand_like(real)).requires_grad_(True)
        (slope,) = torch.autograd.grad(D(x).sum(), x, create_graph=True)
        penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
        loss = F.softplus(-D(real)).mean() + F.softplus(D(G(noise(real)).detach())).mean() + 10 * penalty
        od.zero_grad(), loss.backward(), od.step()
        loss = F.softplus(-D(G(noise(real)))).mean()
        og.zero_grad(), loss.backward(), og.step()

    return step


def not_detached(G, D, og, od):
    """Gradients flow to both, and each player empties its own before it needs them; samples for show now and then."""
    fixed, bce, at = torch.randn(8, 6), nn.BCEWithLogitsLoss(), [0]

    def step(real):
        fake, flips = G(noise(real)), torch.rand(len(real), 1) < 0.05
        ones = torch.where(flips, 0.0, 1.0) * (0.8 + 0.2 * torch.rand(len(real), 1))
        od.zero_grad()
        (bce(D(real), ones) + bce(D(fake), torch.zeros(len(real), 1))).backward(retain_graph=True)
        torch.nn.utils.clip_grad_norm_(D.parameters(), 5.0)
        od.step()
        og.zero_grad()
        fake = G(noise(real))
        bce(D(fake), torch.ones(len(real), 1)).backward()
        og.step()
        at[0] += 1
        if at[0] % 3 == 0:
            G.eval()
            with torch.no_grad():
                G(fixed)
            G.train()

    return step


def emptied_afterwards(G, D, og, od):
    schedule = [torch.optim.lr_scheduler.LambdaLR(one, lambda i: min(1.0, (i + 1) / 10)) for one in (og, od)]

    def step(real):
        fake = G(noise(real))
        loss = F.relu(1 - D(real)).mean() + F.relu(1 + D(fake.detach())).mean()
        loss.backward()
        od.step()
        D.requires_grad_(False)
        loss = -D(fake).mean()
        loss.backward()
        og.step()
        D.requires_grad_(True)
        od.zero_grad(), og.zero_grad()
        for one in schedule:
            one.step()

    return step


def several_judges(G, D, og, od):
    def step(real):
        fake = G(noise(real))
        loss = sum((judge(real) - 1).square().mean() + judge(fake.detach()).square().mean() for judge in D)
        od.zero_grad(), loss.backward(), od.step()
        loss = sum((judge(fake) - 1).square().mean() for judge in D)
        og.zero_grad(), loss.backward(), og.step()

    return step


def zero_centred(G, D, og, od):
    """Least squares with targets -1, 1 and 0; the generator first; a loss for each example."""

    def step(real):
        og.zero_grad(set_to_none=False)
        D(G(noise(real))).square().mean().backward()
        og.step()
        od.zero_grad(set_to_none=False)
        ((D(real) - 1).square() + (D(G(noise(real)).detach()) + 1).square()).sum().div(2 * len(real)).backward()
        od.step()

    return step


def make():
    generator = nn.Sequential(
        nn.Linear(6, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, 16), nn.Tanh(), nn.Unflatten(1, (1, 4, 4))
    )
    judges = {
        "feature_matching": Features,
        "several_classes": lambda: network(16, 4),
        "several_judges": lambda: nn.ModuleList([network(16, 1), network(16, 1, nn.LayerNorm(48))]),
        "not_detached": lambda: network(16, 1, nn.BatchNorm1d(48)),
    }
    discriminator = judges.get(STYLE, lambda: network(16, 1))()
    og = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
    od = torch.optim.RMSprop(discriminator.parameters(), lr=5e-4)
    return generator, discriminator, globals()[STYLE](generator, discriminator, og, od)
