import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";
import { clipUnit } from "./action.ts";
import type { Decision, Supervisor } from "./rollout.ts";
import {
  carriedOut,
  correctionIntent,
  type Habit,
  type Hand,
  oracleIntent,
  recoveryIntent,
} from "./sim-human-oracle.ts";
import type { InsertionTruth, InsertionWorld } from "./world.ts";

/**
 * Named parameters of a simulated person who watches and takes over. It sees the scene as it is,
 * never what the policy sees.
 */
export interface SimHumanOptions {
  readonly hand: Hand;
  /** Steps of pressing on the board tolerated since the last fresh look (W). */
  readonly contactStepsMax: number;
  /** Steps without getting nearer to the goal tolerated. */
  readonly idleStepsMax: number;
  /** In proportion to which a habit is taken at a take-over. */
  readonly habits: Readonly<Partial<Record<Habit, number>>>;
  /** Once the sub-task is done: lets the policy go on, or ends the episode. */
  readonly afterwards: "hand-back" | "end";
  /** Control is held for no longer than so many steps, drawn uniformly from the two ends. */
  readonly patienceSteps: readonly [low: number, high: number];
  /** Probability that one who should take over does; else it looks again as many steps later. */
  readonly attention: number;
  /** Of an idle input device: standard deviation of its drift, and what is taken for neutral. */
  readonly device: { readonly drift: number; readonly deadZone: number };
}

const HAND: Hand = { speed: 0.85, noise: 0.15 };
const DEVICE = { drift: 0, deadZone: 0.05 };
const COMMON = { hand: HAND, device: DEVICE, attention: 1 };

/** Lifts, inserts, and hands back after some 22 steps. `contactStepsMax` is the reaction time. */
export const siriusOperator = (contactStepsMax: number): SimHumanOptions => ({
  ...COMMON,
  contactStepsMax,
  idleStepsMax: 80,
  habits: { lift: 1 },
  afterwards: "hand-back",
  patienceSteps: [22, 22],
});

const LONG = [200, 200] as const;

/** RaC: recovers to where the slot is seen afresh, inserts, ends the episode. */
export const RAC_OPERATOR: SimHumanOptions = {
  ...COMMON,
  contactStepsMax: 6,
  idleStepsMax: 80,
  habits: { lift: 1 },
  afterwards: "end",
  patienceSteps: LONG,
};

/** HG-DAgger: mostly corrects low over the board, by what it alone can see, and hands back. */
export const HG_OPERATOR: SimHumanOptions = {
  ...RAC_OPERATOR,
  habits: { lift: 0.12, hop: 0.88 },
  afterwards: "hand-back",
};

/** One who drives from the first step: demonstrations. */
export function demonstrator(world: InsertionWorld, hand: Hand = HAND): Supervisor {
  let rng: Rng | undefined;
  return {
    reset(from) {
      rng = from;
    },
    decide() {
      assert(rng !== undefined, "reset before the first step");
      const intent = oracleIntent(world.truth(), world.geometry);
      return { kind: "drive", action: carriedOut(intent, hand, rng), segment: "correction" };
    },
  };
}

/** A take-over while it lasts. */
interface TakeOver {
  readonly habit: Habit;
  readonly subtask: number;
  /** Steps left of the person's patience. */
  left: number;
  recovered: boolean;
}

/** The simulated person. */
export function simHuman(world: InsertionWorld, options: SimHumanOptions): Supervisor {
  const { geometry } = world;
  const { hand, device, afterwards, patienceSteps, habits, attention } = options;
  const names = Object.keys(habits) as Habit[]; // the keys of a record of habits
  const watch = watcher(world, options);
  let rng: Rng | undefined;
  let takeOver: TakeOver | undefined;

  const begin = (truth: InsertionTruth, rng: Rng): TakeOver => {
    const [low, high] = patienceSteps;
    return {
      habit: names[rng.categorical(names.map((name) => habits[name] ?? 0))] as Habit,
      subtask: truth.subtask,
      left: low + rng.int(high - low + 1),
      recovered: truth.inserted,
    };
  };
  const drive = (taken: TakeOver, truth: InsertionTruth, rng: Rng): Decision => {
    const back = taken.recovered ? undefined : recoveryIntent(taken.habit, truth, geometry);
    taken.recovered = back === undefined;
    const intent = back ?? correctionIntent(taken.habit, truth, geometry);
    const segment = back === undefined ? "correction" : "recovery";
    return { kind: "drive", action: carriedOut(intent, hand, rng), segment };
  };
  /** An input that a device at rest gives by itself, where it is beyond the dead zone. */
  const drifted = (truth: InsertionTruth, rng: Rng): Decision => {
    if (device.drift === 0) return { kind: "watch" };
    const [dx, dy] = [device.drift * rng.normal(), device.drift * rng.normal()];
    if (Math.hypot(dx, dy) <= device.deadZone) return { kind: "watch" };
    const action = Float64Array.of(clipUnit(dx), clipUnit(dy), truth.held ? 1 : -1);
    return { kind: "drive", action, segment: "correction" };
  };

  return {
    reset(from) {
      rng = from;
      takeOver = undefined;
      watch.forget();
    },
    decide() {
      assert(rng !== undefined, "reset before the first step");
      const truth = world.truth();
      if (takeOver !== undefined) {
        const finished = truth.subtask > takeOver.subtask && takeOver.habit !== "carry";
        if (!finished && takeOver.left-- > 0) return drive(takeOver, truth, rng);
        takeOver = undefined;
        watch.forget();
        if (afterwards === "end") return { kind: "end" };
      }
      if (watch.isDue(truth)) {
        watch.forget();
        if (rng.uniform() < attention) {
          takeOver = begin(truth, rng);
          takeOver.left--;
          return drive(takeOver, truth, rng);
        }
      }
      return drifted(truth, rng);
    },
  };
}

/** When it is time to take over: too long on the board, or no nearer to the goal for too long. */
function watcher(
  { geometry }: InsertionWorld,
  { contactStepsMax, idleStepsMax }: SimHumanOptions,
): { isDue(truth: InsertionTruth): boolean; forget(): void } {
  let contactSteps = 0;
  let idleSteps = 0;
  let nearest = Number.POSITIVE_INFINITY;
  let phase = "";
  const forget = () => {
    contactSteps = 0;
    idleSteps = 0;
    nearest = Number.POSITIVE_INFINITY;
  };
  return {
    forget,
    isDue(truth) {
      const now = `${truth.subtask} ${truth.held}`;
      if (now !== phase) forget();
      phase = now;
      if (truth.gripperY >= geometry.viewY) contactSteps = 0;
      if (truth.contact) contactSteps++;
      const aside = truth.held ? truth.slotX - truth.tipX : truth.objectX - truth.gripperX;
      const distance = Math.abs(aside) + truth.gripperY;
      if (distance < nearest - geometry.stepLength / 2) {
        nearest = distance;
        idleSteps = 0;
      } else idleSteps++;
      return contactSteps >= contactStepsMax || idleSteps >= idleStepsMax;
    },
  };
}
