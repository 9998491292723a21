import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { SystemDetail } from "#core/views.ts";
import { path, post } from "#web/app/api.ts";
import { Empty, Failure } from "#web/app/parts.tsx";
import { save } from "#web/charts/export.ts";
import { jsonText } from "./json-text.ts";
import { curlLine, type Field, fieldsOf, parsedInput } from "./operation-form.ts";
import css from "./system.module.css";

type Operation = SystemDetail["operations"][number];

const OUTPUT_CHARS_MAX = 4_000;
const CALL_CHARS_MAX = 600;

/** What the system does on a person's own data: a form, the command line and the call for what is filled in. */
export function UseTab({ operations }: { readonly operations: readonly Operation[] }) {
  if (operations.length === 0) return <Empty title="This system has no operation to call" />;
  return (
    <div className={css.stack}>
      {operations.map((operation) => (
        <OperationPanel key={operation.id} operation={operation} />
      ))}
    </div>
  );
}

function OperationPanel({ operation }: { readonly operation: Operation }) {
  const { id, summary, input, example, cli } = operation;
  const [text, setText] = useState(() => jsonText(example));
  const parsed = parsedInput(text);
  const run = useMutation({ mutationFn: (body: unknown) => post<unknown>(path`/run/${id}`, body) });
  const set = (name: string, value: unknown) => {
    if (parsed.ok) setText(jsonText({ ...parsed.value, [name]: value }));
  };
  return (
    <section className={css.panel} aria-label={id}>
      <h2 className={css.title}>
        <span className="mono">{id}</span>
      </h2>
      <p className={css.pad}>{summary}</p>
      <form
        className={css.use}
        onSubmit={(event) => {
          event.preventDefault();
          if (parsed.ok) run.mutate(parsed.value);
        }}
      >
        <div className={css.fields}>
          {fieldsOf(input).map((field) => (
            <FieldInput
              key={field.name}
              field={field}
              value={parsed.ok ? parsed.value[field.name] : undefined}
              disabled={!parsed.ok}
              onChange={(value) => set(field.name, value)}
            />
          ))}
        </div>
        <label className={css.editor}>
          <span className="label">Input, JSON</span>
          <textarea
            className="code"
            spellCheck={false}
            rows={Math.min(22, Math.max(8, text.split("\n").length + 1))}
            value={text}
            aria-invalid={!parsed.ok}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        </label>
        {parsed.ok ? null : (
          <p role="alert" className={css.wrong}>
            {parsed.why}
          </p>
        )}
        <div className={css.row}>
          <button type="submit" className="button primary" disabled={!parsed.ok || run.isPending}>
            {run.isPending ? "Running…" : "Run"}
          </button>
          <button type="button" className="button" onClick={() => setText(jsonText(example))}>
            Back to the example
          </button>
        </div>
      </form>
      {run.error === null ? null : <Failure error={run.error} what="The operation did not run" />}
      {run.data === undefined ? null : <Output id={id} output={run.data} />}
      <Copyable title="Command line" text={cli} />
      <Copyable
        title="HTTP"
        text={curlLine(window.location.origin, id, parsed.ok ? parsed.value : example)}
      />
    </section>
  );
}

function FieldInput({
  field,
  value,
  disabled,
  onChange,
}: {
  readonly field: Field;
  readonly value: unknown;
  readonly disabled: boolean;
  readonly onChange: (value: unknown) => void;
}) {
  const { name, about, kind } = field;
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: every branch below is a control
    <label className={css.field} title={about}>
      <span className="label">{name}</span>
      {kind === "choice" ? (
        <select
          disabled={disabled}
          value={typeof value === "string" ? value : ""}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {typeof value === "string" ? null : <option value="">as by default</option>}
          {field.values.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      ) : kind === "boolean" ? (
        <input
          type="checkbox"
          disabled={disabled}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      ) : kind === "number" ? (
        <input
          type="number"
          step="any"
          disabled={disabled}
          value={typeof value === "number" ? value : ""}
          onChange={(event) =>
            onChange(
              Number.isNaN(event.currentTarget.valueAsNumber)
                ? undefined
                : event.currentTarget.valueAsNumber,
            )
          }
        />
      ) : (
        <input
          type="text"
          disabled={disabled}
          value={typeof value === "string" ? value : ""}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </label>
  );
}

const shortened = (text: string, charsMax: number, note: string): string =>
  text.length <= charsMax ? text : text.slice(0, charsMax) + note;

function Output({ id, output }: { readonly id: string; readonly output: unknown }) {
  const text = jsonText(output);
  return (
    <div className={css.output} role="status">
      <p className={css.row}>
        <span className="label">Output</span>
        <button
          type="button"
          className="button small"
          onClick={() => save(`${id}.json`, new Blob([text], { type: "application/json" }))}
        >
          Save as a file
        </button>
      </p>
      <pre>{shortened(text, OUTPUT_CHARS_MAX, "\n… the file holds the rest")}</pre>
    </div>
  );
}

function Copyable({ title, text }: { readonly title: string; readonly text: string }) {
  const [copied, setCopied] = useState("");
  return (
    <div className={css.copyable}>
      <p className={css.row}>
        <span className="label">{title}</span>
        <button
          type="button"
          className="button plain small"
          onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(text))}
        >
          {copied === text ? "Copied" : "Copy"} <span className="hidden">{title}</span>
        </button>
      </p>
      <pre>{shortened(text, CALL_CHARS_MAX, " … the copy holds the rest")}</pre>
    </div>
  );
}
