"""The two players of the Dirac-GAN as networks: a fake at one place, and a straight line through zero."""

import torch
from torch import nn


class OneWeight(nn.Module):
    def __init__(self, start: float):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(start, dtype=torch.float64))


class Point(OneWeight):
    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        return self.weight * torch.ones_like(noise)


class Slope(OneWeight):
    def forward(self, points: torch.Tensor) -> torch.Tensor:
        return self.weight * points.squeeze(-1)
