"""Optimistic steps, arXiv:1711.00141, by an optimizer of one's own, on scores without a bound on a small square."""

import torch
from torch import nn


class OptimisticAdam(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.5, 0.9), eps=1e-8):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["t"], state["m"], state["v"] = 0, torch.zeros_like(p), torch.zeros_like(p)
                    state["last"] = torch.zeros_like(p)
                state["t"] += 1
                state["m"].mul_(beta1).add_(p.grad, alpha=1 - beta1)
                state["v"].mul_(beta2).addcmul_(p.grad, p.grad, value=1 - beta2)
                m = state["m"] / (1 - beta1 ** state["t"])
                v = state["v"] / (1 - beta2 ** state["t"])
                direction = m / (v.sqrt() + group["eps"])
                p.add_(2 * direction - state["last"], alpha=-group["lr"])
                state["last"] = direction


class Mapper(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(2, 48), nn.SiLU(), nn.Linear(48, 48), nn.SiLU())
        self.outer = nn.Linear(48, 2)

    def forward(self, noise):
        return self.outer(self.inner(noise))


class Scorer(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(2, 48), nn.SiLU(), nn.Linear(48, 48), nn.SiLU())
        self.outer = nn.Linear(48, 1)

    def forward(self, points):
        return self.outer(self.inner(points))[:, 0]


def make():
    mapper, scorer = Mapper(), Scorer()
    down = OptimisticAdam(mapper.parameters(), lr=1e-3)
    up = OptimisticAdam(scorer.parameters(), lr=2e-3)

    def step(points):
        noise = torch.rand(points.shape[0], 2) * 2 - 1
        with torch.no_grad():
            made = mapper(noise)
        scorer_loss = -(torch.log(torch.sigmoid(scorer(points))) + torch.log(1 - torch.sigmoid(scorer(made)))).mean()
        up.zero_grad()
        scorer_loss.backward()
        up.step()

        noise = torch.rand(points.shape[0], 2) * 2 - 1
        made = mapper(noise)
        mapper_loss = -torch.log(torch.sigmoid(scorer(made))).mean()
        down.zero_grad()
        mapper_loss.backward()
        down.step()

    return mapper, scorer, step


def batches(seed):
    chance = torch.Generator().manual_seed(seed)
    while True:
        side = torch.rand(100, 2, generator=chance) * 2 - 1
        yield 1.5 * side + torch.tensor([1.0, 0.5])


def samples(mapper, points):
    return mapper(torch.rand(len(points), 2) * 2 - 1), points
