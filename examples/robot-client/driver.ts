/**
 * A person who takes over from a robot: here a script that lifts the gripper for a second and hands
 * back. Put a joystick in place of `action`.
 *
 *     npx tsx examples/robot-client/driver.ts ws://127.0.0.1:4600/api/v1/projects/<id>/robot [name]
 */
import { WebSocket } from "ws";

const [url, name = "example-driver", forMs = "1000"] = process.argv.slice(2);
if (url === undefined) {
  console.error("usage: driver.ts <ws://…/api/v1/projects/<id>/robot> [name] [ms]");
  process.exit(2);
}
const socket = new WebSocket(url);
const say = (message: object) => socket.send(JSON.stringify(message));
socket.on("open", () => say({ kind: "hello", protocol: 1, role: "driver", name }));
socket.on("message", (data) => {
  const message = JSON.parse(String(data));
  if (message.kind === "ready") say({ kind: "take-over" });
  if (message.kind === "held" && message.by === name) drive();
  if (message.kind !== "step") console.log(JSON.stringify(message));
});
socket.on("close", () => process.exit());

let driving: NodeJS.Timeout | undefined;

/** Ten actions a second: less than two of them is silence, and the robot stops. */
function drive(): void {
  driving ??= setInterval(() => say({ kind: "action", action: [0, 0.85, 1] }), 100);
  setTimeout(() => {
    clearInterval(driving);
    say({ kind: "hand-back" });
    setTimeout(() => socket.close(), 100);
  }, Number(forMs));
}
