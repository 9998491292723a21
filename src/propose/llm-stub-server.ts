import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { z } from "zod";

/** What a request asked, as the protocol has it. */
const Asked = z.looseObject({
  model: z.string(),
  temperature: z.number().optional(),
  logprobs: z.boolean().optional(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  response_format: z
    .looseObject({
      type: z.string(),
      json_schema: z
        .looseObject({
          schema: z.looseObject({
            properties: z.looseObject({
              label: z.object({ enum: z.array(z.string()) }).optional(),
            }),
          }),
        })
        .optional(),
    })
    .optional(),
});
export type Asked = z.infer<typeof Asked>;

/** What the server does with one request. */
export type Behaviour =
  /** A chat completion with this content; `logprobs` as [token, log probability]. */
  | { readonly content: string; readonly logprobs?: readonly (readonly [string, number])[] }
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Never answers. */
  | "hang"
  /** Closes the connection without a word. */
  | "drop";

export interface LlmStub {
  /** To be given as `baseUrl`. */
  readonly url: string;
  readonly asked: Asked[];
  readonly headers: IncomingHttpHeaders[];
  close(): Promise<void>;
}

function complete(
  response: ServerResponse,
  behaviour: Exclude<Behaviour, string>,
  model: string,
): void {
  response.setHeader("content-type", "application/json");
  if ("status" in behaviour) {
    const { status, headers = {}, body = JSON.stringify({ error: { message: "no" } }) } = behaviour;
    response.writeHead(status, headers).end(body);
    return;
  }
  const { content, logprobs } = behaviour;
  const tokens = logprobs?.map(([token, logprob]) => ({ token, logprob, top_logprobs: [] }));
  response.writeHead(200).end(
    JSON.stringify({
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1,
      model,
      choices: [
        {
          index: 0,
          message: { role: "assistant", content },
          finish_reason: "stop",
          ...(tokens === undefined ? {} : { logprobs: { content: tokens } }),
        },
      ],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    }),
  );
}

/**
 * A server on a free loopback port that speaks OpenAI's chat protocol and does with the n-th request (from 0) what
 * `behave` says.
 */
export async function llmStub(behave: (asked: Asked, n: number) => Behaviour): Promise<LlmStub> {
  const asked: Asked[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method !== "POST" || request.url !== "/v1/chat/completions") {
      response.writeHead(404).end("{}");
      return;
    }
    const body = Asked.parse(JSON.parse(Buffer.concat(chunks).toString()));
    headers.push(request.headers);
    const behaviour = behave(body, asked.push(body) - 1);
    if (behaviour === "drop") request.socket.destroy();
    else if (behaviour !== "hang") complete(response, behaviour, body.model);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    asked,
    headers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
