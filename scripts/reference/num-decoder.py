"""Losses of the tiny decoder and their gradients, from PyTorch: src/num/decoder-losses.reference.json.

Preference losses are written as in TRL's DPOTrainer and KTOTrainer, PPO as in its PPOTrainer.
Run: pip install torch && python scripts/reference/num-decoder.py
"""

import json
import pathlib

import torch
from torch.nn import functional as F

SEED = 5
V, D, L, H, T, B, RANK = 7, 4, 2, 2, 5, 4, 2
torch.manual_seed(SEED)
torch.set_default_dtype(torch.float64)

layer = [(D,), (D, 3 * D), (D, D), (D,), (D, 4 * D), (4 * D, D)]
shapes = [(V, D), (T, D)] + layer * L + [(D,), (D, V)]
draw = lambda: [torch.randn(s) * 0.6 if len(s) == 2 else 1 + 0.2 * torch.randn(s) for s in shapes]
head = [torch.randn(D, 1) * 0.5, torch.randn(1)]
adapters = [t for _ in range(L) for t in (torch.randn(3, D, RANK), torch.randn(3, RANK, D) * 0.3)]
inputs, targets = torch.randint(V, (B, T)), torch.randint(V, (B, T))
mask = torch.tensor([[0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [1, 1, 0, 0, 0], [0, 1, 1, 0, 0]], dtype=torch.float64)


def norm(x, g):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-5) * g


kinks = []


def forward(p, low=None):
    it, extra = iter(p), iter(low or [])
    h = next(it)[inputs] + next(it)
    for _ in range(L):
        n = norm(h, next(it))
        mixed = n @ next(it)
        if low is not None:
            a, b = next(extra), next(extra)
            mixed = mixed + torch.cat([n @ a[i] @ b[i] for i in range(3)], -1)
        q, k, v = [t.reshape(B, T, H, D // H).transpose(1, 2) for t in mixed.split(D, -1)]
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        h = h + a.transpose(1, 2).reshape(B, T, D) @ next(it)
        units = norm(h, next(it)) @ next(it)
        kinks.append(units.detach().abs().min().item())
        h = h + torch.relu(units) @ next(it)
    h = norm(h, next(it))
    return h, torch.log_softmax(h @ next(it), -1)


# No unit so near its kink that finite differences would straddle it.
KINK = 4e-3
while True:
    decoder = draw()
    kinks.clear()
    forward(decoder)
    forward(decoder, adapters)
    if min(kinks) > KINK:
        break

cases = []


def case(name, loss, weights, data=None, options=None, with_head=False, with_adapters=False):
    base = [p.clone().requires_grad_(not with_adapters) for p in decoder]
    scalar = [p.clone().requires_grad_() for p in head] if with_head else []
    low = [p.clone().requires_grad_() for p in adapters] if with_adapters else None
    hidden, all_log = forward(base, low)
    log = all_log.gather(-1, targets[..., None])[..., 0]
    values = (hidden @ scalar[0] + scalar[1])[..., 0] if with_head else None
    value = loss(dict(log=log, all=all_log, values=values, w=weights, **(data or {})))
    value.backward()
    learned = (low if with_adapters else base) + scalar
    # What a loss does not reach has no gradient here, and one of 0 there.
    gradient = torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).reshape(-1) for p in learned])
    cases.append({
        "name": name, "options": options or {}, "head": with_head, "adapters": with_adapters,
        "weights": weights.reshape(-1).tolist(),
        "data": {k: v.reshape(-1).tolist() for k, v in (data or {}).items()},
        "loss": value.item(), "gradient": gradient.tolist(),
    })


weights = torch.randn(B, T) * mask
nll = lambda d: -(d["w"] * d["log"]).sum()
case("weightedNll", nll, weights)
case("weightedNll", nll, weights, with_adapters=True)

sums = lambda d: (d["log"] * d["w"]).sum(-1)
reference = -torch.rand(B) * 8
beta, smoothing, rpo = 0.3, 0.1, 0.5


def dpo(d):
    ratios = sums(d) - d["reference"]
    logits = ratios[: B // 2] - ratios[B // 2 :]
    losses = -F.logsigmoid(beta * logits) * (1 - smoothing) - F.logsigmoid(-beta * logits) * smoothing
    likelihood = (sums(d) / d["w"].sum(-1))[: B // 2]
    return losses.mean() - rpo * likelihood.mean()


case("dpo", dpo, mask, {"reference": reference},
     {"beta": beta, "labelSmoothing": smoothing, "nllWeight": rpo})


def kto(up, down):
    def loss(d):
        rewards = (sums(d) - d["reference"])[: B // 2]
        kl = (sums(d) - d["reference"])[B // 2 :].mean().detach().clamp(min=0)
        chosen, rejected = rewards[:1], rewards[1:]
        return torch.cat([up * (1 - torch.sigmoid(beta * (chosen - kl))),
                          down * (1 - torch.sigmoid(beta * (kl - rejected)))]).mean()
    return loss


for shift in (0.0, -20.0):  # the second with an estimated KL above 0
    data = {"reference": reference + torch.tensor([0, 0, shift, shift]),
            "side": torch.tensor([1.0, -1, 0, 0]), "worth": torch.tensor([1.5, 0.7, 0, 0])}
    case("kto", lambda d: kto(1.5, 0.7)({k: d[k] for k in ("log", "w", "reference")}), mask, data, {"beta": beta})

share = mask / mask.sum()
with torch.no_grad():
    now = forward(decoder)
    now_log = now[1].gather(-1, targets[..., None])[..., 0]
    now_values = (now[0] @ head[0] + head[1])[..., 0]
old = now_log + 0.3 * torch.randn(B, T)
old_values = now_values + 0.3 * torch.randn(B, T)
advantages, returns = torch.randn(B, T), torch.randn(B, T)
CLIP, VF, KL = 0.2, 0.4, 0.3


def surrogate(d):
    ratio = torch.exp(d["log"] - d["old"])
    worst = torch.max(-d["advantages"] * ratio, -d["advantages"] * torch.clamp(ratio, 1 - CLIP, 1 + CLIP))
    return (d["w"] * worst).sum()


def ppo(d):
    near = torch.clamp(d["values"], d["oldValues"] - CLIP, d["oldValues"] + CLIP)
    worst = torch.max((d["values"] - d["returns"]) ** 2, (near - d["returns"]) ** 2)
    return surrogate(d) + VF * 0.5 * (d["w"] * worst).sum()


case("ppo", ppo, share, {"old": old, "advantages": advantages, "returns": returns, "oldValues": old_values},
     {"clip": CLIP, "valueCoefficient": VF}, with_head=True)


def grpo(d):
    gap = d["reference"] - d["log"]
    return surrogate(d) + KL * (d["w"] * (torch.exp(gap) - gap - 1)).sum()


case("grpo", grpo, share, {"old": old, "advantages": advantages, "reference": old + 0.4 * torch.randn(B, T)},
     {"clip": CLIP, "klWeight": KL})

distribution = torch.log_softmax(torch.randn(B, T, V), -1)


def quark(d):
    kl = F.kl_div(d["reference"], d["all"], reduction="none", log_target=True).sum(-1)
    return nll(d) + KL * (d["w"] * kl).sum()


case("quark", quark, share, {"reference": distribution}, {"klWeight": KL})

ends = torch.zeros(B, T)
ends[torch.arange(B), torch.tensor([4, 2, 3, 1])] = 1


def bradley_terry(d):
    rewards = (d["values"] * d["w"]).sum(-1)
    return -F.logsigmoid(rewards[: B // 2] - rewards[B // 2 :] - d["margins"]).mean()


case("bradleyTerry", bradley_terry, ends, {"margins": torch.tensor([0.0, 0.8])}, with_head=True)

YES, NO = 2, 5
case("yesNo",
     lambda d: (F.binary_cross_entropy_with_logits(
         (((d["all"][..., YES] - d["all"][..., NO]) * ends).sum(-1)), d["truth"], reduction="none")).mean(),
     ends / B, {"truth": torch.tensor([1.0, 0.0, 0.7, 0.2])}, {"yes": YES, "no": NO})

flat = lambda arrays: torch.cat([a.reshape(-1) for a in arrays]).tolist()
out = {
    "source": "torch.autograd; TRL's DPO, KTO and PPO losses",
    "version": f"PyTorch {torch.__version__}",
    "script": "scripts/reference/num-decoder.py",
    "seed": SEED,
    "dtype": "float64",
    "rtol": 1e-4,
    "shape": {"vocabulary": V, "width": D, "layers": L, "heads": H, "context": T},
    "batch": B,
    "rank": RANK,
    "decoder": flat(decoder),
    "head": flat(head),
    "adapters": flat(adapters),
    "inputs": inputs.reshape(-1).tolist(),
    "targets": targets.reshape(-1).tolist(),
    "cases": cases,
}


def short(value):
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [short(v) for v in value]
    return {k: short(v) for k, v in value.items()} if isinstance(value, dict) else value


pathlib.Path("src/num/decoder-losses.reference.json").write_text(json.dumps(short(out)) + "\n")
