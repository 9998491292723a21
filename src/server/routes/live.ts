import { createRoute } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import { LiveEvent } from "#core/views.ts";
import type { Live } from "#server/live.ts";
import { named, router } from "./parts.ts";

/** A silent stream is cut by proxies and told dead by nobody: it says something this often. */
const HEARTBEAT_MS = 15_000;
/** A page this far behind has stopped reading: it is cut off, and asks anew when it wakes. */
const WAITING_EVENTS_MAX = 1_000;

const events = createRoute({
  method: "get",
  path: "/events",
  summary: "What happens, as it happens (server-sent events; the event's name is its kind)",
  description:
    "Nothing is replayed: after a gap (Last-Event-ID), read what is on the screen again. `open` is sent first.",
  responses: {
    200: {
      description: "A stream of events",
      content: { "text/event-stream": { schema: named(LiveEvent, "LiveEvent") } },
    },
  },
});

export const liveRoutes = ({ live }: { readonly live: Live }) =>
  router().openapi(events, (c) =>
    streamSSE(c, async (stream) => {
      const waiting: LiveEvent[] = [];
      let wake = () => {};
      let open = true;
      const end = () => {
        open = false;
        wake();
      };
      const stop = live.listen((event) => {
        if (waiting.push(event) > WAITING_EVENTS_MAX) end();
        wake();
      }, end);
      stream.onAbort(end);
      let id = 0;
      await stream.writeSSE({ event: "open", data: "{}" });
      while (open) {
        const event = waiting.shift();
        if (event !== undefined) {
          id += 1;
          const data = JSON.stringify(event);
          await stream.writeSSE({ id: String(id), event: event.kind, data });
          continue;
        }
        const woken = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => resolve(false), HEARTBEAT_MS);
          wake = () => {
            clearTimeout(timer);
            resolve(true);
          };
        });
        if (!woken) await stream.write(": still here\n\n");
      }
      stop();
    }),
  );
