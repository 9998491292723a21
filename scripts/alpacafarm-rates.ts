/**
 * How the learning rates of the study `alpacafarm` were chosen: each method on two seeds that no
 * report uses, labelled and judged by the simulators. `npx tsx scripts/alpacafarm-rates.ts`
 */
import { rngOf } from "#core/rng.ts";
import { policyOf } from "#propose/tiny-lm.ts";
import { judged, worthOf } from "#systems/alpacafarm/study-judges.ts";
import { learned, repliesOf, rewardOf, TRAINED } from "#systems/alpacafarm/study-methods.ts";
import { farmWorld, labelled, SIZES } from "#systems/alpacafarm/study-world.ts";

const SEEDS = ["rates-1", "rates-2"];
const RATES = [3e-4, 1e-3, 3e-3];

const { signal } = new AbortController();
for (const seed of SEEDS) {
  const rng = rngOf(seed);
  const world = farmWorld({ ...SIZES, candidates: 1 }, rng.split("world"));
  const labels = labelled(world, "pool", rng.split("labels"));
  const reward = rewardOf(world, labels, { rng: rng.split("reward"), signal });
  for (const method of TRAINED)
    for (const learningRate of RATES) {
      const options = { learningRate, rng: rng.split(method), signal };
      const { model, ask } = await learned(world, method, { labels, reward }, options);
      const policy = policyOf(model);
      const replies = repliesOf(world, { policy, ask }, rng.split("judged"));
      const worth = worthOf(judged(world, "pool", { replies, rng: rng.split("judges") }));
      const rate = worth.reduce((sum, each) => sum + each, 0) / worth.length;
      console.log(`${seed}  ${method}  ${learningRate}  win rate ${rate.toFixed(3)}`);
    }
}
