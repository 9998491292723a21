/** Turns out of logs that know nothing of turns: chats, searches, shells. */
import { Problem } from "#core/errors.ts";
import type { TurnSignals } from "#core/rewrite.ts";
import { noTime, type TurnIntake, type TurnOptions, timeOf } from "./turn-intake.ts";

/** Takes a log line by line; `end` hands on what was still open. */
export interface LogReader {
  line(text: string, line: number): void;
  end(): void;
}

interface Pending {
  readonly userId: string;
  readonly ts: number;
  utterance: string;
  readonly line: number;
  signals: TurnSignals;
}

/** A turn is held until it is known how it went on. */
abstract class Held {
  protected readonly intake: TurnIntake;
  protected held: Pending | undefined;

  constructor(intake: TurnIntake) {
    this.intake = intake;
  }

  protected hold(next: Pending | undefined): void {
    const { held } = this;
    this.held = next;
    if (held === undefined) return;
    const { line, signals, ...turn } = held;
    const told = Object.keys(signals).length > 0;
    this.intake.offer({ ...turn, ...(told && { signals }) }, { line }, () => held.utterance);
  }

  end(): void {
    this.hold(undefined);
  }
}

const ASSISTANTS = ["assistant", "bot", "agent", "system", "ai", "support"];
/** `[time] name: text`, `time name: text`, `time <name> text`. */
const MESSAGE =
  /^(?:\[([^\]]+)\]|(\d[\d:.,TZ+-]*(?: \d{2}:\d{2}(?::\d{2})?)?))\s+(?:<([^>]{1,100})>|([^:<>]{1,100}):)\s?(.*)$/;
/** How assistants say that they failed. */
const APOLOGY = new RegExp(
  [
    "^(?:i['’]?m |i am )?(?:sorry|apolog|unfortunately)",
    "\\b(?:did|do|could|can|ca|was)(?:n['’]?t|['’]?t| ?not) (?:quite )?(?:understand|get that|catch|know|find|help)",
    "\\b(?:unable|not able) to ",
    "\\bno (?:results|match)",
    "\\bsomething went wrong\\b",
  ].join("|"),
  "i",
);

/**
 * A chat: a message a line, with time and name; lines that are set in belong to the message before. An assistant's
 * answer that apologises marks the user's turn before it as failed.
 */
export class ChatReader extends Held implements LogReader {
  private readonly assistants: ReadonlySet<string>;
  private lastBy: "user" | "assistant" | undefined;

  constructor(intake: TurnIntake, { assistants = ASSISTANTS }: TurnOptions) {
    super(intake);
    this.assistants = new Set(assistants.map((name) => name.toLowerCase()));
  }

  line(text: string, line: number): void {
    if (text.trim() === "") return;
    if (/^\s/.test(text) && this.lastBy !== undefined) {
      this.goOn(text.trim());
      return;
    }
    const message = MESSAGE.exec(text);
    if (message === null) {
      const problem = new Problem("bad-input", "The line is no message", {
        expected: '"[time] name: text", or blanks before what belongs to the message above',
      });
      this.intake.refuse(problem, { line }, () => text);
      return;
    }
    const [, bracketed, bare, angled, named, said = ""] = message;
    const ts = timeOf(bracketed ?? bare ?? "");
    if (ts === undefined) {
      this.intake.refuse(noTime(bracketed ?? bare ?? ""), { line }, () => text);
      return;
    }
    const name = (angled ?? named ?? "").trim();
    if (this.assistants.has(name.toLowerCase())) {
      this.lastBy = "assistant";
      this.answer(said);
    } else {
      this.lastBy = "user";
      this.hold({ userId: name, ts, utterance: said, line, signals: {} });
    }
  }

  private goOn(text: string): void {
    if (this.lastBy === "assistant") this.answer(text);
    else if (this.held !== undefined) this.held.utterance += `\n${text}`;
  }

  private answer(text: string): void {
    if (this.held !== undefined && APOLOGY.test(text)) this.held.signals = { error: true };
  }
}

/** A row of a search log by its columns. */
export interface SearchRow {
  readonly user: string;
  readonly query: string;
  readonly time: string;
  /** What was clicked: an address, a rank, an id. Nothing where it is empty. */
  readonly click: string;
}

/**
 * Searches: a query with a click worked, one without did not. A query that is repeated row by row, once for each click,
 * is one turn.
 */
export class SearchReader extends Held {
  row({ user, query, time, click }: SearchRow, line: number, raw: () => string): void {
    const ts = timeOf(time);
    if (ts === undefined) {
      this.intake.refuse(noTime(time), { line }, raw);
      return;
    }
    const success = click.trim() !== "";
    const { held } = this;
    if (held !== undefined && held.userId === user && held.utterance === query) {
      if (success) held.signals = { success };
      return;
    }
    this.hold({ userId: user, ts, utterance: query, line, signals: { success } });
  }
}

const ZSH = /^: (\d+):\d+;(.*)$/;
const STAMPED = /^(\d+(?:\.\d+)?)\s+(\d{1,3})\s+(\S.*)$/;

/**
 * Commands of a shell or palette, each with when it ran: `time exit-code command`; zsh's extended history; bash's with a
 * line `#time` before each. An exit code of 0 is success; without one how it went is told by what came next.
 */
export class ShellReader implements LogReader {
  private readonly intake: TurnIntake;
  private readonly userId: string;
  private stampMs: number | undefined;

  constructor(intake: TurnIntake, { user = "local" }: TurnOptions) {
    this.intake = intake;
    this.userId = user;
  }

  line(text: string, line: number): void {
    if (text.trim() === "") return;
    const stamp = /^#(\d{9,})$/.exec(text);
    if (stamp !== null) {
      this.stampMs = timeOf(stamp[1] ?? "");
      return;
    }
    const zsh = ZSH.exec(text);
    const stamped = zsh === null ? STAMPED.exec(text) : null;
    if (zsh !== null) this.command(timeOf(zsh[1] ?? ""), zsh[2] ?? "", line);
    else if (this.stampMs !== undefined) this.command(this.stampMs, text, line);
    else if (stamped !== null)
      this.command(timeOf(stamped[1] ?? ""), stamped[3] ?? "", line, Number(stamped[2]));
    else {
      const problem = new Problem("bad-input", "The command has no time", {
        expected: '"time exit-code command", ": time:0;command", or a line "#time" before it',
        hint: "Have the shell write times: HISTTIMEFORMAT in bash, EXTENDED_HISTORY in zsh.",
      });
      this.intake.refuse(problem, { line }, () => text);
    }
    this.stampMs = undefined;
  }

  private command(ts: number | undefined, utterance: string, line: number, exit?: number): void {
    const signals =
      exit === undefined ? undefined : exit === 0 ? { success: true } : { error: true };
    this.intake.offer(
      { userId: this.userId, ts, utterance: utterance.trim(), ...(signals && { signals }) },
      { line },
      () => utterance,
    );
  }

  end(): void {
    // No line waits for another.
  }
}
