"""Faults to plant in the loops: which loop, the edits, and the cause that the doctor is to name."""

Edit = tuple[str, str]

PENALTY = "(alpha * real + (1 - alpha) * fake)"
MLP_D = "nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1)"
MLP_G = "nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2)"
CONDITIONAL_G = "self.net = nn.Sequential(nn.Linear(8 + 5, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.Tanh())"
SCALED_G = """self.net = nn.Sequential(nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.Tanh())
        self.norm = nn.Sequential(nn.Linear(8 + 5, 64), nn.BatchNorm1d(64, affine=False))
        self.gain = nn.Embedding(5, 64)
        nn.init.normal_(self.gain.weight, 1.0, 0.02)"""
SCALED = (
    "self.net(torch.cat([self.label(y), z], -1)).view",
    "self.net(self.gain(y) * self.norm(torch.cat([self.label(y), z], -1))).view",
)
LOG_D = "-(torch.log(self.D(x) + 1e-8)"

FAULTS: list[tuple[str, str, tuple[Edit, ...]]] = [
    ("data-unused", "mlp", (("bce(discriminator(real), ones)", "bce(discriminator(fake.detach()), ones)"),)),
    ("data-unused", "dcgan", (("real = data", "real = torch.rand_like(data)"),)),
    (
        "data-unused",
        "wgan",
        (
            (
                "critic(fake).mean() - critic(real).mean()",
                "critic(fake).mean() - critic(generator(torch.randn(len(real), 4))).mean()",
            ),
        ),
    ),
    (
        "fakes-unused",
        "mlp",
        (("bce(discriminator(fake.detach()), zeros)", "bce(discriminator(torch.randn(count, 2)), zeros)"),),
    ),
    ("fakes-unused", "lsgan", (("+ mse(D(gen.detach()), false)", ""),)),
    ("fakes-unused", "conditional", (("D(fake.detach(), wanted)", "D(real.flip(0), wanted)"),)),
    ("fakes-unused", "dcgan", (("errD_fake.backward()", "pass"),)),
    (
        "generator-ignores-discriminator",
        "mlp",
        (("g_loss = bce(discriminator(fake), ones)", "g_loss = (fake ** 2).mean()"),),
    ),
    (
        "generator-ignores-discriminator",
        "conditional",
        (("g_loss = F.binary_cross_entropy_with_logits(s, torch.ones_like(s))", "g_loss = fake.abs().mean()"),),
    ),
    (
        "generator-wrong-sign",
        "mlp",
        (("g_loss = bce(discriminator(fake), ones)", "g_loss = bce(discriminator(fake), zeros)"),),
    ),
    ("generator-wrong-sign", "wgan", (("g_loss = -critic", "g_loss = critic"),)),
    ("generator-wrong-sign", "lsgan", (("mse(D(gen), valid)", "mse(D(gen), false)"),)),
    ("generator-wrong-sign", "hinge_sn", (("g_loss = -D", "g_loss = D"),)),
    ("generator-wrong-sign", "minimax", (("g = torch.log(1 -", "g = -torch.log(1 -"),)),
    ("generator-wrong-sign", "r3gan", (("F.softplus(-(s_fake - s_real))", "F.softplus(s_fake - s_real)"),)),
    (
        "generator-wrong-sign",
        "dcgan",
        (("label.fill_(1.0)\n        output = netD(fake)", "label.fill_(0.0)\n        output = netD(fake)"),),
    ),
    (
        "discriminator-wrong-sign",
        "mlp",
        (("discriminator(fake.detach()), zeros)", "discriminator(fake.detach()), ones)"),),
    ),
    (
        "discriminator-wrong-sign",
        "wgan",
        (("critic(fake).mean() - critic(real).mean()", "critic(real).mean() - critic(fake).mean()"),),
    ),
    (
        "discriminator-wrong-sign",
        "hinge_sn",
        (
            (
                "torch.relu(1 - real_scores).mean() + torch.relu(1 + fake_scores)",
                "torch.relu(1 + real_scores).mean() + torch.relu(1 - fake_scores)",
            ),
        ),
    ),
    ("discriminator-wrong-sign", "dcgan", (("label.fill_(0.0)", "label.fill_(1.0)"),)),
    ("outputs-as-loss", "dcgan", (("errG = criterion(output, label)", "errG = -output.mean()"),)),
    (
        "outputs-as-loss",
        "minimax",
        ((LOG_D + " + torch.log(1 - self.D(y) + 1e-8)).mean()", "(self.D(y) - self.D(x)).mean()"),),
    ),
    ("gradients-not-zeroed", "mlp", (("opt_d.zero_grad()", "pass"),)),
    ("gradients-not-zeroed", "mlp", (("opt_g.zero_grad()", "pass"),)),
    ("gradients-not-zeroed", "dcgan", (("netD.zero_grad()", "pass"),)),
    ("gradients-not-zeroed", "wgan", (("opt_c.zero_grad()", "pass"),)),
    ("gradients-not-zeroed", "mixed_precision", (("opt_g.zero_grad()", "pass"),)),
    ("gradients-not-zeroed", "stylegan", (("opt_d.zero_grad()\n            (10", "(10"),)),
    ("wrong-weights", "mlp", (("opt_d = torch.optim.Adam(discriminator", "opt_d = torch.optim.Adam(generator"),)),
    ("wrong-weights", "mlp", (("opt_g = torch.optim.Adam(generator", "opt_g = torch.optim.Adam(discriminator"),)),
    (
        "wrong-weights",
        "lsgan",
        (("torch.optim.Adam(G.parameters()", "torch.optim.Adam([*G.parameters(), *D.parameters()]"),),
    ),
    (
        "wrong-weights",
        "conditional",
        (
            ("opt_d = torch.optim.Adam(D.parameters()", "opt_d = torch.optim.Adam([*G.parameters(), *D.parameters()]"),
            ("fake.detach()", "fake"),
            ("d_loss.backward()", "d_loss.backward(retain_graph=True)"),
            ("s = D(fake, wanted)", "s = D(G(z, wanted), wanted)"),
        ),
    ),
    ("weights-untrained", "mlp", (("Adam(generator.parameters()", "Adam(generator[:2].parameters()"),)),
    ("weights-untrained", "dcgan", (("        optD.step()", "        pass"),)),
    ("weights-untrained", "conditional", (("torch.optim.Adam(D.parameters()", "torch.optim.Adam(D.net.parameters()"),)),
    (
        "noise-fixed",
        "mlp",
        (("    bce = nn", "    z = torch.randn(32, 4)\n    bce = nn"), ("        z = torch.randn(count, 4)\n", "")),
    ),
    (
        "noise-fixed",
        "wgan_gp",
        (
            ("z = torch.randn(len(real), 8)", "z = torch.randn(1, 8).expand(len(real), 8)"),
            (
                "critic(generator(torch.randn(len(real), 8)))",
                "critic(generator(torch.randn(1, 8).expand(len(real), 8)))",
            ),
        ),
    ),
    (
        "noise-fixed",
        "lsgan",
        (
            (
                "gen = G(torch.randn(len(real), 6))",
                "torch.random.default_generator.manual_seed(3)\n        gen = G(torch.randn(len(real), 6))",
            ),
        ),
    ),
    (
        "generator-detached",
        "mlp",
        (("g_loss = bce(discriminator(fake), ones)", "g_loss = bce(discriminator(fake.detach()), ones)"),),
    ),
    (
        "generator-detached",
        "hinge_sn",
        (
            ("for p in D.parameters():\n            p.requires_grad_(False)", "pass"),
            ("g_loss = -D(G(torch.randn(len(real), 8)))", "g_loss = -D(G(torch.randn(len(real), 8)).data)"),
        ),
    ),
    ("log-of-score", "minimax", (("nn.Linear(16, 1), nn.Sigmoid())", "nn.Linear(16, 1))"),)),
    ("log-of-score", "dcgan", (("            nn.Sigmoid(),\n", ""),)),
    ("sigmoid-twice", "mlp", (("nn.Linear(32, 1)\n", "nn.Linear(32, 1), nn.Sigmoid()\n"),)),
    (
        "sigmoid-twice",
        "acgan",
        (("adversarial, auxiliary = nn.BCELoss()", "adversarial, auxiliary = nn.BCEWithLogitsLoss()"),),
    ),
    (
        "labels-outside-range",
        "mlp",
        (("torch.ones(count, 1), torch.zeros(count, 1)", "torch.ones(count, 1), -torch.ones(count, 1)"),),
    ),
    ("labels-outside-range", "conditional", (("0.9)", "1.2)"),)),
    ("softmax-over-one", "acgan", (("nn.Linear(32, 1), nn.Sigmoid()", "nn.Linear(32, 1), nn.Softmax(dim=1)"),)),
    (
        "broadcast-loss",
        "lsgan",
        (
            ("torch.ones(len(real), 1), torch.zeros(len(real), 1)", "torch.ones(len(real)), torch.zeros(len(real))"),
            ("mse = torch.nn.MSELoss()", "mse = lambda a, b: ((a - b) ** 2).mean()"),
        ),
    ),
    ("scores-per-row", "wgan_gp", (("nn.Flatten(),\n        nn.Linear(128, 1)", "nn.Linear(2, 1)"),)),
    ("linear-discriminator", "mlp", ((MLP_D, "nn.Linear(2, 32), nn.Linear(32, 1)"),)),
    ("linear-discriminator", "hinge_sn", (("nn.LeakyReLU(0.1)", "nn.Identity()"),)),
    (
        "bottleneck",
        "wgan_gp",
        (("nn.Linear(8, 64), nn.ReLU()", "nn.Linear(8, 1), nn.ReLU(), nn.Linear(1, 64), nn.ReLU()"),),
    ),
    (
        "sizes-unbalanced",
        "mlp",
        (
            (MLP_D, "nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1)"),
            (MLP_G, "nn.Linear(4, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 2)"),
        ),
    ),
    (
        "squares-between",
        "mlp",
        (
            (
                "g_loss = bce(discriminator(fake), ones)",
                "g_loss = bce(discriminator(fake), ones) + ((fake - real) ** 2).mean()",
            ),
        ),
    ),
    (
        "squares-between",
        "dcgan",
        (
            (
                "errG = criterion(output, label)",
                "errG = criterion(output, label) + 10 * torch.nn.functional.l1_loss(fake, data)",
            ),
        ),
    ),
    ("range-mismatch", "dcgan", (("* 1.8 - 0.9", ""),)),
    ("range-mismatch", "lsgan", (("torch.rand(6, 24, 16) * 2 - 1", "torch.rand(6, 24, 16) * 255"),)),
    ("range-mismatch", "wgan_gp", (("nn.Linear(64, 64), nn.Tanh()", "nn.Linear(64, 64), nn.Sigmoid()"),)),
    ("eval-mode", "dcgan", (("    criterion = nn", "    netG.eval()\n    criterion = nn"),)),
    ("eval-mode", "lsgan", (("    mse = torch", "    D.eval()\n    mse = torch"),)),
    ("eval-mode", "hinge_sn", (("        optG.zero_grad()", "        G.eval()\n        optG.zero_grad()"),)),
    ("batchnorm-under-penalty", "wgan_gp", (("nn.GroupNorm(1, 32)", "nn.BatchNorm2d(32)"),)),
    ("normal-interpolation", "wgan_gp", (("torch.rand(len(real), 1, 1, 1)", "torch.randn(len(real), 1, 1, 1)"),)),
    ("penalty-wrong-axes", "wgan_gp", (("grad.view(len(grad), -1).norm", "grad.norm"),)),
    ("penalty-wrong-axes", "wgan_gp", (("norm = grad.view(len(grad), -1).norm(2, dim=1)", "norm = grad.norm(2)"),)),
    ("penalty-without-graph", "wgan_gp", (("create_graph=True, retain_graph=True", "retain_graph=True"),)),
    ("batchnorm-scale-zero", "dcgan", (("normal_(m.weight.data, 1.0, 0.02)", "normal_(m.weight.data, 0.0, 0.02)"),)),
    (
        "batchnorm-mixes",
        "r3gan",
        (
            ("D = nn.Sequential(nn.Linear(2, 32)", "D = nn.Sequential(nn.Linear(2, 32), nn.BatchNorm1d(32)"),
            (
                "s_real, s_fake = D(x).flatten(), D(y).flatten()",
                "s_real, s_fake = D(torch.cat([x, y])).flatten().chunk(2)",
            ),
            (" + 0.5 * (zero_centered(x, s_real) + zero_centered(y, s_fake))", ""),
        ),
    ),
    ("rate-too-high", "mlp", (("discriminator.parameters(), lr=1e-3", "discriminator.parameters(), lr=0.3"),)),
    ("rate-too-high", "acgan", (("G.parameters(), lr=2e-4", "G.parameters(), lr=0.2"),)),
    ("rate-zero", "mlp", (("generator.parameters(), lr=1e-3", "generator.parameters(), lr=1e-12"),)),
    ("rate-zero", "lsgan", (("D.parameters(), lr=2e-4", "D.parameters(), lr=0.0"),)),
    (
        "not-finite",
        "mlp",
        (("g_loss = bce(discriminator(fake), ones)", "g_loss = bce(discriminator(fake), ones) / (len(real) - 32)"),),
    ),
    (
        "saturated",
        "minimax",
        (
            (
                "self.od = torch.optim.SGD(self.D.parameters(), lr=0.02",
                "self.od = torch.optim.SGD(self.D.parameters(), lr=0.1",
            ),
            ("* 0.5 + 2", "* 0.5 + 20"),
        ),
    ),
    ("step-raises", "dcgan", (("nn.Conv2d(16, 32, 4, 2, 1, bias=False)", "nn.Conv2d(8, 32, 4, 2, 1, bias=False)"),)),
    ("step-raises", "pix2pix", (("a, b = batch", "a, b, c = batch"),)),
    ("critic-unbounded", "wgan", (("p.data.clamp_(-0.01, 0.01)", "pass"),)),
    ("critic-unbounded", "wgan_gp", ((" + 10 * gradient_penalty(critic, real, fake)", ""),)),
    ("generator-wrong-sign", "cyclegan", (('says(D["b"](fake_b), 1.0)', 'says(D["b"](fake_b), 0.0)'),)),
    (
        "generator-wrong-sign",
        "pix2pix",
        (("bce(on_fake, torch.ones_like(on_fake)) + 100", "bce(on_fake, torch.zeros_like(on_fake)) + 100"),),
    ),
    ("scores-per-row", "wgan_gp", (("nn.Flatten(),\n        nn.Linear(128, 1)", "nn.Linear(2, 1), nn.Sigmoid()"),)),
    (
        "linear-discriminator",
        "conditional",
        (("nn.Linear(64 + 5, 64), nn.LeakyReLU(0.2), nn.Dropout(0.4)", "nn.Linear(64 + 5, 64), nn.Dropout(0.4)"),),
    ),
    (
        "generator-detached",
        "hinge_sn",
        (("g_loss = -D(G(torch.randn(len(real), 8)))", "g_loss = -D(G(torch.randn(len(real), 8)).detach())"),),
    ),
    ("bottleneck", "hinge_sn", (("nn.Linear(8, 16 * 4 * 4)", "nn.Linear(8, 2), nn.Linear(2, 16 * 4 * 4)"),)),
    ("gradients-not-zeroed", "by_hand", (("ADDED = False", "ADDED = True"),)),
    ("generator-wrong-sign", "by_hand", (("making = F.softplus(-on_fake)", "making = F.softplus(on_fake)"),)),
    (
        "outputs-as-loss",
        "by_hand",
        (
            (
                "F.softplus(-on_real).mean() + F.softplus(on_fake).mean()",
                "(1 - on_real.sigmoid()).mean() + on_fake.sigmoid().mean()",
            ),
        ),
    ),
    (
        "noise-fixed",
        "frozen_layers",
        (
            ("    done = 0\n", "    done = 0\n    drawn = torch.randn(32, 6)\n"),
            ("source(latents(real))).mean()", "source(drawn)).mean()"),
        ),
    ),
    ("critic-unbounded", "frozen_layers", (("loss = loss + strength * torch", "loss = loss + 0 * torch"),)),
    ("weights-untrained", "frozen_layers", (("nn.ModuleList([nn.Linear(50, 50)", "list([nn.Linear(50, 50)"),)),
    (
        "weights-untrained",
        "frozen_layers",
        (
            (
                "for one in trained:\n                one.requires_grad_(True)",
                "for one in trained[2:]:\n                one.requires_grad_(True)",
            ),
        ),
    ),
    (
        "samples-alike",
        "frozen_layers",
        (("h = torch.relu(self.into(z))", "h = torch.relu(self.into(1e-6 * z))"),),
    ),
    (
        "wrong-weights",
        "mlp",
        (
            ("opt_d = torch.optim.Adam(discriminator", "opt_d = torch.optim.Adam(generator"),
            ("discriminator(fake.detach())", "discriminator(fake)"),
            ("        d_loss.backward()", "        discriminator.requires_grad_(False)\n        d_loss.backward()"),
            ("    def step(real):", "    def step(real):\n        discriminator.requires_grad_(False)"),
            ("g_loss = bce(discriminator(fake), ones)", "g_loss = bce(discriminator(generator(z)), ones)"),
        ),
    ),
    (
        "generator-ignores-discriminator",
        "sequences",
        (("loss = each_pair(said, listener(heard)[0].detach()) + nn", "loss = nn"),),
    ),
    (
        "generator-detached",
        "sequences",
        (
            ("loss = each_pair(said, listener(heard)[0].detach())", "loss = each_pair(*[listener(heard)[0]] * 2)"),
            (" + nn.functional.cross_entropy(guessed, code)", " + 0 * fake.mean()"),
        ),
    ),
    (
        "broadcast-loss",
        "mlp",
        (
            ("bce = nn.BCEWithLogitsLoss()", "bce = lambda scores, wanted: (wanted - scores.tanh()).abs().mean()"),
            (
                "ones, zeros = torch.ones(count, 1), torch.zeros(count, 1)",
                "ones, zeros = torch.ones(count), -torch.ones(count)",
            ),
        ),
    ),
    (
        "scores-per-row",
        "sequences",
        (
            (
                "heard, last = self.memory(series)",
                "heard, last = nn.functional.pad(series, (0, 22)), series[:, :1].tile(1, 1, 12).transpose(0, 1)",
            ),
        ),
    ),
    (
        "wrong-weights",
        "bigan",
        (
            ("Adam(D.parameters()", "Adam([*G.parameters(), *D.parameters()]"),
            ("code.detach()", 'G["encode"](real)'),
            ("x.detach()", 'G["decode"](z)'),
        ),
    ),
    (
        "generator-wrong-sign",
        "bigan",
        (("(bce(D(x, z), ones) + bce(D(real, code), zeros))", "(bce(D(x, z), zeros) + bce(D(real, code), ones))"),),
    ),
    ("labels-outside-range", "dcgan", (("label.fill_(0.0)", "label.fill_(-1.0)"),)),
    ("not-finite", "dcgan", (("real = data", "real = data / (data - data)"),)),
    ("rate-too-high", "hinge_sn", (("G.parameters(), lr=1e-4", "G.parameters(), lr=3.0"),)),
    (
        "rate-zero",
        "lsgan",
        (("optG.step()", "optG.step()\n        optG.param_groups[0].update(lr=optG.param_groups[0]['lr'] / 2)"),),
    ),
    (
        "outputs-as-loss",
        "mixed_precision",
        (("(bce(r, torch.ones_like(r)) + bce(f, torch.zeros_like(f))) / 2", "(f.sigmoid() - r.sigmoid()).mean()"),),
    ),
    (
        "generator-ignores-discriminator",
        "acgan",
        (("0.5 * (adversarial(validity, valid) + auxiliary(pred, wanted))", "auxiliary(pred, wanted)"),),
    ),
    (
        "weights-untrained",
        "mlp",
        (
            ("        z = torch", "        generator.requires_grad_(False)\n        z = torch"),
            ("        g_loss = bce", "        discriminator.requires_grad_(False)\n        g_loss = bce"),
        ),
    ),
    (
        "weights-untrained",
        "mlp",
        (
            (
                "opt_d.zero_grad()",
                "opt_d.zero_grad(), (kept := [p.detach().clone() for p in discriminator.parameters()])",
            ),
            ("opt_g.step()", "opt_g.step(), [p.data.copy_(k) for p, k in zip(discriminator.parameters(), kept)]"),
        ),
    ),
    (
        "bottleneck",
        "mlp",
        ((MLP_G, "nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1), nn.ELU(), nn.Linear(1, 32), nn.Linear(32, 2)"),),
    ),
    (
        "scores-per-row",
        "hinge_sn",
        (("nn.Flatten(),\n        spectral_norm(nn.Linear(32 * 2 * 2, 1))", "nn.Linear(2, 1),\n        nn.Flatten()"),),
    ),
    (
        "batchnorm-scale-zero",
        "conditional",
        (
            (CONDITIONAL_G, SCALED_G.replace("normal_(self.gain.weight, 1.0", "normal_(self.gain.weight, 0.0")),
            SCALED,
        ),
    ),
    (
        "range-mismatch",
        "lsgan",
        (
            ("nn.Linear(16, 48), nn.Leaky", "nn.Unflatten(0, (-1, 2)), nn.Flatten(), nn.Linear(32, 48), nn.Leaky"),
            ("torch.ones(len(real), 1), torch.zeros(len(real), 1)", "torch.ones(12, 1), torch.zeros(12, 1)"),
            ("torch.rand(6, 24, 16) * 2 - 1", "torch.rand(6, 24, 16) * 9"),
        ),
    ),
    ("generator-wrong-sign", "reversal", (("return -gradient", "return gradient"),)),
]
