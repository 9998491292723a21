import type { Message } from "#core/comparison.ts";
import { listed, parleyParts, parleyPrompt } from "./parley.ts";
import css from "./transcript.module.css";

const SPEAKERS: Readonly<Record<Message["role"], string>> = {
  system: "instructions",
  developer: "instructions",
  user: "user",
  assistant: "assistant",
  tool: "tool",
};

/** A conversation so far, message by message, as text. */
export function Transcript({ prompt }: { readonly prompt: readonly Message[] }) {
  return (
    <ol className={css.transcript} aria-label="Conversation">
      {prompt.map((message, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: messages have no other identity, and never move
        <li key={i} data-role={message.role}>
          <span className={css.speaker}>
            {SPEAKERS[message.role]}
            {message.name === undefined ? "" : ` ${message.name}`}
          </span>
          <PromptText text={message.content} />
          {message.tool_calls?.map((call) => (
            <pre key={JSON.stringify(call)} className={css.call}>
              {JSON.stringify(call, null, 1)}
            </pre>
          ))}
        </li>
      ))}
    </ol>
  );
}

/** What is asked. A prompt of the small world is said in words, the original below it. */
export function PromptText({
  text,
  short = false,
}: {
  readonly text: string;
  readonly short?: boolean;
}) {
  const parley = parleyPrompt(text);
  if (parley === null) return <p className={css.text}>{text}</p>;
  const { facts, asked, style } = parley;
  return (
    <div className={css.parley} data-short={short}>
      <ul className={css.facts} aria-label="Facts">
        {facts.map(({ key, value }) => (
          <li key={key} data-asked={asked.includes(key)}>
            <span>{key}</span> {value}
          </li>
        ))}
      </ul>
      <p>
        Tell <strong>{listed(asked)}</strong>, {style === "polite" ? "politely" : "plainly"}.
      </p>
      {short ? null : <p className={css.original}>{text}</p>}
    </div>
  );
}

/** A reply, its statements of facts kept together. */
export function ReplyText({ text }: { readonly text: string }) {
  const parts = parleyParts(text);
  if (text.trim() === "") return <p className={css.nothing}>(says nothing)</p>;
  if (!parts.some(({ kind }) => kind === "fact") || text.length > PARLEY_CHARS_MAX)
    return <p className={css.text}>{text}</p>;
  return (
    <p className={css.text}>
      {parts.map((part, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other identity, and never move
        <span key={i} className={part.kind === "fact" ? css.fact : undefined}>
          {part.text}
          {i + 1 < parts.length ? " " : ""}
        </span>
      ))}
    </p>
  );
}

/** No reply of the small world is longer. */
const PARLEY_CHARS_MAX = 120;
