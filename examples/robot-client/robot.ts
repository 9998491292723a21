/**
 * A robot that acts by a policy Emend serves: here a simulated one, in a process of its own.
 *
 *     npx tsx examples/robot-client/robot.ts ws://127.0.0.1:4600/api/v1/projects/<id>/robot [episodes]
 *
 * To drive a robot of your own, put its sensors in place of `world.observe()` and its motors in
 * place of `world.step()`. What matters beyond that is below: no answer in time means stop.
 */
import { WebSocket } from "ws";
import { rngOf } from "#core/rng.ts";
import { tabletop } from "#worlds/manipulation/tabletop.ts";

const [url, episodes = "1", name = "example-robot"] = process.argv.slice(2);
if (url === undefined) {
  console.error("usage: robot.ts <ws://…/api/v1/projects/<id>/robot> [episodes] [name]");
  process.exit(2);
}
for (let episode = 0; episode < Number(episodes); episode++) await runEpisode(url, `${episode}`);

function runEpisode(url: string, seed: string): Promise<void> {
  const world = tabletop();
  world.reset(rngOf(seed));
  const periodMs = 1_000 / world.controlHz;
  const socket = new WebSocket(url);
  const say = (message: object) => socket.send(JSON.stringify(message));
  let t = 0;
  let reward = 0;
  let subtask = 0;
  let late: NodeJS.Timeout | undefined;
  const holdStill = (why: string) => console.log(`holding still: ${why}`);
  const observe = () => {
    say({ kind: "observation", t, obs: Array.from(world.observe()), reward, subtask });
    // An answer that is late is of a situation that has passed: stop, and never repeat the last action.
    late = setTimeout(() => holdStill("no answer in time"), 10 * periodMs);
  };
  return new Promise((resolve, reject) => {
    socket.on("open", () =>
      say({
        kind: "hello",
        protocol: 1,
        role: "robot",
        robot: name,
        observationNames: world.observationNames,
        actionNames: world.actionNames,
        controlHz: world.controlHz,
        seed,
      }),
    );
    socket.on("message", (data) => {
      const message = JSON.parse(String(data));
      clearTimeout(late);
      if (message.kind === "ready") {
        console.log(JSON.stringify(message));
        observe();
      } else if (message.kind === "action") {
        const outcome = world.step(message.action);
        ({ reward, subtask } = outcome);
        t = message.t + 1;
        if (outcome.done) say({ kind: "end", end: outcome.success ? "success" : "failure" });
        else if (t === world.stepsMax) say({ kind: "end", end: "time-out" });
        else setTimeout(observe, periodMs);
      } else if (message.kind === "stop") holdStill(message.because);
      else if (message.kind === "problem") reject(new Error(message.detail));
      else console.log(JSON.stringify(message)); // durable, ended
    });
    socket.on("error", reject);
    socket.on("close", () => {
      clearTimeout(late);
      holdStill("the connection is closed");
      resolve();
    });
  });
}
