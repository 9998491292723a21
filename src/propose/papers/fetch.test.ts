import { createServer, type ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { rngOf } from "#core/rng.ts";
import { arxivConnection, fetchArxiv } from "./fetch-arxiv.ts";
import { fetchDaily } from "./fetch-daily.ts";
import { connectionOf, type Network, POLITE } from "./polite-fetch.ts";

type Answer = (url: URL, response: ServerResponse, n: number) => void;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server on a free loopback port, and a network with a clock that only waiting moves. */
async function service(answer: Answer) {
  const asked: URL[] = [];
  const sent: number[] = [];
  const waited: number[] = [];
  const clock = manualClock(1_000_000);
  let [open, most] = [0, 0];
  const server = createServer((request, response) => {
    most = Math.max(most, ++open);
    response.on("close", () => open--);
    const url = new URL(request.url ?? "/", "http://x");
    sent.push(clock.nowMs());
    answer(url, response, asked.push(url) - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const network: Network = {
    fetch: (url, init) => fetch(url, init),
    clock,
    rng: rngOf(1),
    sleep: async (ms) => {
      waited.push(ms);
      clock.advance(ms);
    },
  };
  const baseUrl = `http://127.0.0.1:${address.port}`;
  return { baseUrl, asked, sent, waited, network, clock, most: () => most };
}

const { signal } = new AbortController();
const entries = (count: number, from = 0) =>
  JSON.stringify(
    Array.from({ length: count }, (_, i) => ({
      paper: {
        id: `2501.${String(from + i).padStart(5, "0")}`,
        title: `On Mice ${from + i}`,
        summary: "We look.",
      },
      numComments: 2,
    })),
  );
const feed = (ids: readonly string[], total = ids.length) =>
  `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><opensearch:totalResults xmlns:opensearch="x">${total}</opensearch:totalResults>${ids
    .map((id) => `<entry><id>http://arxiv.org/abs/${id}v1</id><title>On Mice</title></entry>`)
    .join("")}</feed>`;

async function all(pages: AsyncGenerator<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const page of pages) found.push(page);
  return found;
}

describe("the service of daily papers", () => {
  test("a day's pages are asked for until one is not full", async () => {
    const { baseUrl, asked, network } = await service((url, response) => {
      const page = Number(url.searchParams.get("p"));
      response.end(entries(page < 2 ? 100 : 7, page * 100));
    });
    const pages = await all(
      fetchDaily(
        connectionOf(network),
        { date: "2025-01-31" },
        { baseUrl, sort: "trending", signal },
      ),
    );
    expect(pages.map((text) => JSON.parse(text).length)).toEqual([100, 100, 7]);
    expect(asked.map((url) => url.pathname + url.search)).toEqual(
      [0, 1, 2].map((p) => `/api/daily_papers?date=2025-01-31&p=${p}&limit=100&sort=trending`),
    );
  });

  test("a day without papers gives no page", async () => {
    const { baseUrl, network } = await service((_, response) => response.end("[]"));
    expect(
      await all(fetchDaily(connectionOf(network), { week: "2025-W05" }, { baseUrl, signal })),
    ).toEqual([]);
  });

  test.each([{ date: "2025-02-30" }, { week: "2025-W54" }, { month: "2025-13" }])(
    "%j is no period, and nothing is asked",
    async (period) => {
      const { baseUrl, network, asked } = await service((_, response) => response.end("[]"));
      const fetched = all(fetchDaily(connectionOf(network), period, { baseUrl, signal }));
      await expect(fetched).rejects.toMatchObject({ kind: "bad-input" });
      expect(asked).toEqual([]);
    },
  );

  test("429 is waited out as long as it says, in seconds or until a date", async () => {
    const { baseUrl, waited, network, clock } = await service((_, response, n) => {
      if (n === 0) response.writeHead(429, { "retry-after": "17" }).end();
      else if (n === 1)
        response
          .writeHead(429, { "retry-after": new Date(clock.nowMs() + 40_000).toUTCString() })
          .end();
      else response.end(entries(1));
    });
    expect(
      await all(fetchDaily(connectionOf(network), { month: "2025-01" }, { baseUrl, signal })),
    ).toHaveLength(1);
    // The clock stands at whole seconds, as HTTP's dates do.
    expect(waited).toEqual([17_000, 40_000]);
  });

  test("a wait that is too long is not sat out", async () => {
    const { baseUrl, waited, network } = await service((_, response) =>
      response.writeHead(429, { "retry-after": "86400" }).end(),
    );
    const fetched = all(
      fetchDaily(connectionOf(network), { month: "2025-01" }, { baseUrl, signal }),
    );
    await expect(fetched).rejects.toMatchObject({
      kind: "unavailable",
      detail: { got: expect.stringContaining("left alone for 86400 s") },
    });
    expect(waited).toEqual([]);
  });

  test("an answer that was cut off is asked for again, then given up", async () => {
    const { baseUrl, network } = await service((_, response, n) =>
      response.end(n === 0 ? entries(3).slice(0, -9) : entries(3)),
    );
    expect(
      await all(fetchDaily(connectionOf(network), { date: "2025-01-31" }, { baseUrl, signal })),
    ).toHaveLength(1);
    const never = await service((_, response) => response.end(entries(3).slice(0, -9)));
    const fetched = all(
      fetchDaily(
        connectionOf(never.network),
        { date: "2025-01-31" },
        { baseUrl: never.baseUrl, signal },
      ),
    );
    await expect(fetched).rejects.toMatchObject({
      kind: "unavailable",
      detail: { got: "The answer was cut off." },
    });
    expect(never.asked).toHaveLength(POLITE.retry.attempts);
  });

  test("pages before a failure are there", async () => {
    const { baseUrl, network } = await service((_, response, n) => {
      if (n === 0) response.end(entries(100));
      else response.destroy();
    });
    const found: string[] = [];
    const reading = (async () => {
      for await (const page of fetchDaily(
        connectionOf(network),
        { date: "2025-01-31" },
        { baseUrl, signal },
      ))
        found.push(page);
    })();
    await expect(reading).rejects.toMatchObject({ kind: "unavailable" });
    expect(found).toHaveLength(1);
  });

  test("404 and 400 are said at once, too large an answer is not read on", async () => {
    for (const [status, kind] of [
      [404, "not-found"],
      [400, "bad-input"],
    ] as const) {
      const { baseUrl, network, asked } = await service((_, response) =>
        response.writeHead(status).end("no"),
      );
      const fetched = all(
        fetchDaily(connectionOf(network), { date: "2025-01-31" }, { baseUrl, signal }),
      );
      await expect(fetched).rejects.toMatchObject({ kind });
      expect(asked).toHaveLength(1);
    }
    const { baseUrl, network } = await service((_, response) => response.end(entries(50)));
    const small = connectionOf(network, { ...POLITE, bytesMax: 100 });
    await expect(
      all(fetchDaily(small, { date: "2025-01-31" }, { baseUrl, signal })),
    ).rejects.toMatchObject({
      kind: "too-large",
    });
  });

  test("who cancels waits no longer", async () => {
    const controller = new AbortController();
    const { baseUrl, network } = await service(() => controller.abort());
    const fetched = all(
      fetchDaily(
        connectionOf(network),
        { date: "2025-01-31" },
        { baseUrl, signal: controller.signal },
      ),
    );
    await expect(fetched).rejects.toMatchObject({ kind: "cancelled" });
  });
});

describe("arXiv", () => {
  test("is asked once in three seconds, one request at a time, whoever asks", async () => {
    const { baseUrl, sent, network, most } = await service((url, response) => {
      const start = Number(url.searchParams.get("start"));
      setTimeout(() => response.end(feed([`2501.0000${start}`], 3)), 5);
    });
    const connection = arxivConnection(network);
    const query = { search: "ti:mice" };
    const options = { papersMax: 3, perCall: 1, baseUrl, signal };
    const both = await Promise.all([
      all(fetchArxiv(connection, query, options)),
      all(fetchArxiv(connection, query, options)),
    ]);
    expect(both.map((feeds) => feeds.length)).toEqual([3, 3]);
    expect(most()).toBe(1);
    for (let i = 1; i < sent.length; i++)
      expect((sent[i] ?? 0) - (sent[i - 1] ?? 0)).toBeGreaterThanOrEqual(3_000);
  });

  test("stops at what there is, at what is wanted, and where no entry comes, whatever is counted", async () => {
    const pages = async (papersMax: number, answer: (start: number) => string) => {
      const { baseUrl, asked, network } = await service((url, response) =>
        response.end(answer(Number(url.searchParams.get("start")))),
      );
      const feeds = await all(
        fetchArxiv(
          arxivConnection(network),
          { search: "all:mice" },
          { papersMax, perCall: 2, baseUrl, signal },
        ),
      );
      return [feeds.length, asked.map((url) => url.searchParams.get("max_results"))];
    };
    expect(await pages(100, (start) => feed(start < 2 ? ["1", "2"] : ["3"], 3))).toEqual([
      2,
      ["2", "2"],
    ]);
    expect(await pages(3, () => feed(["1", "2"], 50))).toEqual([2, ["2", "1"]]);
    expect(await pages(100, () => feed([], 1))).toEqual([0, ["2"]]);
  });

  test("ids go without version, some at a time", async () => {
    const { baseUrl, asked, network } = await service((url, response) =>
      response.end(feed((url.searchParams.get("id_list") ?? "").split(","))),
    );
    const ids = ["2501.00001v2", "https://arxiv.org/abs/hep-th/9901001", "2501.00003"];
    const options = { papersMax: 10, perCall: 2, baseUrl, signal };
    await all(fetchArxiv(arxivConnection(network), { ids }, options));
    expect(asked.map((url) => url.searchParams.get("id_list"))).toEqual([
      "2501.00001,hep-th/9901001",
      "2501.00003",
    ]);
  });

  test("a feed that was cut off is asked for again", async () => {
    const { baseUrl, asked, network } = await service((_, response, n) =>
      response.end(n === 0 ? feed(["1"]).slice(0, -10) : feed(["1"])),
    );
    const options = { papersMax: 1, baseUrl, signal };
    expect(await all(fetchArxiv(arxivConnection(network), { search: "x" }, options))).toHaveLength(
      1,
    );
    expect(asked).toHaveLength(2);
  });

  test.each([
    [{ search: " " }, {}],
    [{ ids: [] }, {}],
    [{ ids: ["2501.00001", "mice"] }, {}],
    [{ search: "x" }, { perCall: 2_001 }],
    [{ search: "x" }, { papersMax: 30_001 }],
    [{ search: "x" }, { papersMax: Number.NaN }],
  ])("%j with %j is refused, and nothing is asked", async (query, more) => {
    const { baseUrl, asked, network } = await service((_, response) => response.end(feed([])));
    const fetched = all(
      fetchArxiv(arxivConnection(network), query, { papersMax: 10, baseUrl, signal, ...more }),
    );
    await expect(fetched).rejects.toMatchObject({ kind: "bad-input" });
    expect(asked).toEqual([]);
  });
});
