"""Real, trainable GANs, small enough to read: the package under the notebooks.

Data meets networks in a game; theory says what must happen, we measure what did, sweep it over many runs, show it, let
the reader play with it in the lab, and check what the learner makes of it.

Shapes: B batch, M members of an ensemble, Z noise, K modes, D dimensions of a point, C, H, W channels, height and width
of an image. A batch is (real, *given): real examples (B, ...), and what stands beside each of them, as labels (B,) do.
"""
