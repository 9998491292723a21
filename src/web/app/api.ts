import type { Place } from "#core/errors.ts";
import { placeText } from "#core/errors.ts";

/** What the server says of a failure (problem+json), or the browser of an answer that never came. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  /** HTTP status; 0 when there was no answer at all. */
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, title: string, body: Readonly<Record<string, unknown>> = {}) {
    super(title);
    this.status = status;
    this.body = body;
  }

  /** Worth sending again unchanged: nothing came back, or the server was busy or broken. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  /** Where, what was expected, what came, what to do: each that is known. */
  get lines(): string[] {
    const text = (key: string, before: string) => {
      const value = this.body[key];
      return typeof value === "string" && value !== "" ? [`${before}${value}`] : [];
    };
    const { at } = this.body;
    const where = typeof at === "object" && at !== null ? placeText(at as Place) : "";
    return [
      ...(where === "" ? [] : [where]),
      ...text("expected", "Expected: "),
      ...text("got", "Got: "),
      ...text("hint", ""),
    ];
  }
}

const BASE = "/api/v1";

async function problemOf(response: Response): Promise<ApiProblem> {
  const fallback = `The server answered ${response.status}`;
  try {
    const body: unknown = await response.json();
    if (typeof body !== "object" || body === null) return new ApiProblem(response.status, fallback);
    const record = body as Record<string, unknown>;
    const title = typeof record.title === "string" ? record.title : fallback;
    return new ApiProblem(response.status, title, record);
  } catch {
    return new ApiProblem(response.status, fallback);
  }
}

/** One request. Server and web app are built together, so the answer of a 2xx is trusted to be a `T`. */
async function request<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(BASE + path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiProblem(0, "The server does not answer", {
      hint: "What you did is kept here and sent when it does.",
    });
  }
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

const withSignal = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

export const get = <T>(
  path: string,
  signal?: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> => request<T>(path, { headers, ...withSignal(signal) });

export const post = <T>(
  path: string,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<T> =>
  request<T>(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

export const put = <T>(
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> =>
  request<T>(path, {
    method: "PUT",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

export const patch = <T>(path: string, body: unknown): Promise<T> =>
  request<T>(path, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** Deletes what is there. Named so because `delete` is a word of the language. */
export const remove = <T>(path: string): Promise<T> => request<T>(path, { method: "DELETE" });

/** Sends a file as it is, streamed by the browser. */
export const upload = <T>(path: string, file: Blob): Promise<T> =>
  request<T>(path, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: file,
  });

/** The address of something to download. */
export const href = (path: string): string => BASE + path;

/** A path with its parts escaped: `path\`/projects/${id}\``. */
export const path = (
  parts: TemplateStringsArray,
  ...values: readonly (string | number)[]
): string =>
  parts.reduce((text, part, i) => {
    const value = values[i];
    return text + part + (value === undefined ? "" : encodeURIComponent(value));
  }, "");

/** `?a=1&b=2` of the values that are there. */
export function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(values))
    if (value !== undefined && value !== "") search.set(key, String(value));
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}
