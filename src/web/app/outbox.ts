import type { RewriteChange } from "#core/rewrite.ts";
import type { CorrectionInput } from "#core/views.ts";
import type { ComparisonAct } from "#web/editors/comparison/deliver.ts";
import type { EpisodeAct } from "#web/editors/episode/deliver.ts";
import type { DocumentAct } from "#web/editors/text/acts.ts";

/** What a reviewer did that the server must hear of. */
export type Act =
  | {
      readonly kind: "correct";
      readonly projectId: string;
      readonly itemId: string;
      readonly input: CorrectionInput;
      /** Made after another act of ours on the same item: the version is read anew before sending. */
      readonly rebase: boolean;
    }
  | { readonly kind: "skip"; readonly projectId: string; readonly itemId: string }
  | {
      readonly kind: "undo";
      readonly projectId: string;
      readonly itemId: string;
      readonly correctionId: string;
    }
  | {
      readonly kind: "rewrite";
      readonly projectId: string;
      /** The rewrite: what is said of one is sent in order. */
      readonly itemId: string;
      readonly said: RewriteChange | "not-the-same";
    }
  | DocumentAct
  | EpisodeAct
  | ComparisonAct;

export interface Entry {
  /** Sorts in the order the acts were made. */
  readonly key: string;
  readonly reviewer: string;
  readonly act: Act;
  /** Until then it may still be amended, and is not sent. */
  readonly heldUntilMs?: number;
  /** Why the server refused it; it then waits for the person. Null while it is to be sent. */
  readonly refused: string | null;
}

/** How sending an entry went. `later`: nothing came back, the same request may be repeated. */
export type Sent = { readonly kind: "sent" | "later" } | { readonly kind: "refused"; why: string };

export interface OutboxState {
  /** `unsaved`: the browser's own storage is full or off, so the last act is only in memory. */
  readonly sync: "saved" | "saving" | "offline" | "unsaved";
  readonly waiting: readonly Entry[];
  readonly refused: readonly Entry[];
}

/** The part of `Storage` the outbox uses. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

export interface OutboxOptions {
  readonly shelf: Shelf;
  send(entry: Entry): Promise<Sent>;
  nowMs(): number;
  /** Resolves after `ms`, or at once when somebody calls `hurry`. */
  pause(ms: number): Promise<void>;
  /** Runs `work` while no other tab runs its own. */
  alone(work: () => Promise<void>): Promise<void>;
}

const PREFIX = "emend/outbox/";
const BACKOFF_MS_MIN = 500;
const BACKOFF_MS_MAX = 30_000;
/** So long before it is sent nothing is amended any more: what one tab wrote, another may read a little later. */
const AMENDED_BEFORE_MS = 100;

function parsed(text: string | null): Entry | undefined {
  if (text === null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const whole = typeof value === "object" && value !== null && "key" in value && "act" in value;
    return whole ? (value as Entry) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Acts wait here, on disk, until the server has them: written before the screen moves on, sent in the order
 * they were made, repeated with the same id until answered. One tab sends for all.
 */
export class Outbox {
  private readonly options: OutboxOptions;
  private readonly listeners = new Set<() => void>();
  /** Acts the browser would not store; they live as long as the page. */
  private readonly unstored = new Map<string, Entry>();
  private state: OutboxState;
  private draining = false;
  private failures = 0;
  private made = 0;
  private flying: string | null = null;

  constructor(options: OutboxOptions) {
    this.options = options;
    this.state = this.look();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): OutboxState => this.state;

  /** Durable when this returns, unless the state then says `unsaved`. */
  add(act: Act, reviewer: string, holdMs = 0): Entry {
    const nowMs = this.options.nowMs();
    const count = String(this.made++).padStart(6, "0");
    const key = `${PREFIX}${String(nowMs).padStart(15, "0")}-${count}`;
    const held = holdMs === 0 ? {} : { heldUntilMs: nowMs + holdMs };
    const entry: Entry = { key, reviewer, act, refused: null, ...held };
    this.put(entry);
    this.refresh();
    void this.drain();
    return entry;
  }

  /** Puts another act in the place of one that is held, and holds it anew. False when it is too late. */
  amend(key: string, act: Act, holdMs: number): boolean {
    const nowMs = this.options.nowMs();
    const entry = this.entry(key);
    if (entry === undefined || nowMs > (entry.heldUntilMs ?? 0) - AMENDED_BEFORE_MS) return false;
    this.put({ ...entry, act, heldUntilMs: nowMs + holdMs });
    return true;
  }

  /** Lets an act that is held go. */
  release(key: string): void {
    const entry = this.entry(key);
    if (entry === undefined) return;
    const { heldUntilMs: _held, ...free } = entry;
    this.put(free);
  }

  /** Takes an act back that has not been sent. False when it is too late. */
  withdraw(key: string): boolean {
    if (key === this.flying || !this.entries().some((entry) => entry.key === key)) return false;
    this.discard(key);
    return true;
  }

  discard(key: string): void {
    this.options.shelf.removeItem(key);
    this.unstored.delete(key);
    this.refresh();
  }

  /** Sends a refused act again, made against the case as it is now. */
  insist(key: string): void {
    const entry = this.entries().find((candidate) => candidate.key === key);
    if (entry === undefined) return;
    const act = entry.act.kind === "correct" ? { ...entry.act, rebase: true } : entry.act;
    this.put({ ...entry, act, refused: null });
    this.refresh();
    void this.drain();
  }

  /** Another tab changed the shelf. */
  refresh = (): void => {
    this.state = this.look();
    for (const listener of this.listeners) listener();
  };

  /** Sends what waits, in order, until nothing does. */
  async drain(): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    try {
      await this.options.alone(async () => {
        for (let next = this.next(); next !== undefined; next = this.next()) await this.try(next);
      });
    } finally {
      this.draining = false;
      this.flying = null;
      this.refresh();
    }
    // Something may have been added between the last look and here.
    if (this.next() !== undefined) void this.drain();
  }

  private async try(entry: Entry): Promise<void> {
    const heldMs = (entry.heldUntilMs ?? 0) - this.options.nowMs();
    // Then it is looked at again: it may say something else by now.
    if (heldMs > 0) return this.options.pause(heldMs);
    this.flying = entry.key;
    this.refresh();
    const sent = await this.options.send(entry);
    this.flying = null;
    this.failures = sent.kind === "later" ? this.failures + 1 : 0;
    if (sent.kind === "sent") this.discard(entry.key);
    else if (sent.kind === "refused") this.put({ ...entry, refused: sent.why });
    this.refresh();
    if (sent.kind === "later")
      await this.options.pause(
        Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** Math.min(10, this.failures - 1)),
      );
  }

  /**
   * The oldest act to be sent. What follows a refused act on the same item waits behind it; but for a document, whose
   * acts find their own place in it: one that does not must not keep what is typed elsewhere from being saved.
   */
  private next(): Entry | undefined {
    const entries = this.entries();
    const held = new Set(
      entries
        .filter(({ act, refused }) => refused !== null && act.kind !== "document")
        .map(({ act }) => act.itemId),
    );
    return entries.find(({ act, refused }) => refused === null && !held.has(act.itemId));
  }

  private put(entry: Entry): void {
    try {
      this.options.shelf.setItem(entry.key, JSON.stringify(entry));
      this.unstored.delete(entry.key);
    } catch {
      this.unstored.set(entry.key, entry);
    }
  }

  private entry(key: string): Entry | undefined {
    return this.unstored.get(key) ?? parsed(this.options.shelf.getItem(key));
  }

  private entries(): Entry[] {
    const { shelf } = this.options;
    const found = [...this.unstored.values()];
    for (let i = 0; i < shelf.length; i++) {
      const key = shelf.key(i);
      if (key === null || !key.startsWith(PREFIX)) continue;
      const entry = parsed(shelf.getItem(key));
      if (entry !== undefined) found.push(entry);
    }
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  private look(): OutboxState {
    const entries = this.entries();
    const waiting = entries.filter(({ refused }) => refused === null);
    const refused = entries.filter((entry) => entry.refused !== null);
    const sync =
      waiting.length === 0
        ? "saved"
        : this.failures > 0
          ? "offline"
          : this.unstored.size > 0
            ? "unsaved"
            : "saving";
    return { sync, waiting, refused };
  }
}
