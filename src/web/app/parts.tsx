/** Small parts every screen uses: keys, measurements, and the states a screen can be in. */
import type { ReactNode } from "react";
import type { Measurement } from "#core/measurement.ts";
import { ApiProblem } from "./api.ts";
import { count, intervalText, inUnit, measurementText, type Unit } from "./format.ts";
import { keyLabel } from "./hotkeys.ts";
import { AlertIcon } from "./icons.tsx";
import css from "./parts.module.css";

export function Key({ name }: { readonly name: string }) {
  return (
    <span className="key" aria-hidden="true">
      {keyLabel(name)}
    </span>
  );
}

/** An act with the key that does it printed on it. */
export function Act({
  name,
  disabled = false,
  primary = false,
  onAct,
  children,
}: {
  readonly name: string;
  readonly disabled?: boolean;
  readonly primary?: boolean;
  readonly onAct: () => void;
  readonly children: ReactNode;
}) {
  return (
    <button
      type="button"
      className={primary ? "button primary" : "button"}
      disabled={disabled}
      onClick={onAct}
      // A click leaves the keys with the screen: Enter then confirms, and does not press the button again.
      onMouseDown={(event) => event.preventDefault()}
    >
      <span>{children}</span>
      <Key name={name} />
    </button>
  );
}

/** A number with its interval and n: never bare. */
export function Measured({
  of,
  unit = "percent",
  n = true,
}: {
  readonly of: Measurement;
  readonly unit?: Unit;
  readonly n?: boolean;
}) {
  return (
    <span title={measurementText(of, unit)}>
      {inUnit(of.value, unit)}
      {unit === "percent" ? " %" : ""}{" "}
      <span className="interval">
        {intervalText(of, unit)}
        {n ? ` n ${count(of.n)}` : ""}
      </span>
    </span>
  );
}

/** What belongs here and the one next step. */
export function Empty({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className={css.state}>
      <h2>{title}</h2>
      {children === undefined ? null : <p>{children}</p>}
      {action}
    </div>
  );
}

/** What happened, what is safe, what to do. */
export function Failure({
  error,
  retry,
  what,
}: {
  readonly error: Error;
  readonly retry?: () => void;
  /** What could not be done: "The queue could not be read". */
  readonly what: string;
}) {
  const lines = error instanceof ApiProblem ? error.lines : [];
  return (
    <div className={css.state} role="alert">
      <h2>
        <AlertIcon /> {what}
      </h2>
      <p>{error.message}</p>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {retry === undefined ? null : (
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** The shape of lines to come. */
export function Lines({ widths }: { readonly widths: readonly number[] }) {
  return (
    <div className={css.lines} aria-hidden="true">
      {widths.map((width, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no other identity
        <span key={i} className="skeleton" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
