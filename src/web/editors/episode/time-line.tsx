import { useElementSize } from "@mantine/hooks";
import { type KeyboardEvent, type MouseEvent, type PointerEvent, useState } from "react";
import type { EpisodeChange } from "#core/episode-edits.ts";
import {
  type Editable,
  editablesOf,
  lineText,
  type Shown,
  type Stretch,
  stretchesOf,
  stretchWord,
} from "./stretches.ts";
import css from "./time-line.module.css";

export interface TimeLineProps {
  readonly episode: Shown;
  /** The project's: steps before a take-over that are held against the policy. */
  readonly preWindow: number;
  /** Steps the line is as long as; those of the episode where absent. */
  readonly steps?: number;
  /** The step that is shown. */
  readonly at: number;
  /** Goes to another step; where it is absent the line cannot be scrubbed. */
  readonly onScrub?: ((t: number) => void) | undefined;
  /** Says something of the episode; where it is absent the line cannot be edited. */
  readonly onChange?: ((change: EpisodeChange) => void) | undefined;
}

const BIG_STEP = 10;

/** The episode from left to right in the colours of who drove; what a person may move has a handle, and keys. */
export function TimeLine(props: TimeLineProps) {
  const { episode, preWindow, at, onScrub, onChange } = props;
  const { ref, width } = useElementSize();
  const [menu, setMenu] = useState<{ readonly of: Editable; readonly x: number } | null>(null);
  const steps = Math.max(1, props.steps ?? episode.rows.length);
  const stretches = stretchesOf(episode, preWindow);
  const editables = onChange === undefined ? [] : editablesOf(episode, preWindow);
  const percent = (t: number) => `${(100 * t) / steps}%`;
  const stepAt = (event: PointerEvent | MouseEvent, element: Element) => {
    const { left, width: wide } = element.getBoundingClientRect();
    return Math.round(((event.clientX - left) / wide) * steps);
  };
  const scrub = (event: PointerEvent<HTMLDivElement>) => {
    if (onScrub === undefined || event.buttons !== 1) return;
    onScrub(Math.min(episode.rows.length, Math.max(0, stepAt(event, event.currentTarget))));
  };
  return (
    <div className={css.line}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the sliders within it and the list below are the way of the keyboard */}
      <div
        ref={ref}
        className={css.track}
        data-scrubs={onScrub !== undefined || undefined}
        onPointerDown={(event) => {
          setMenu(null);
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          scrub(event);
        }}
        onPointerMove={scrub}
        onContextMenu={(event) => {
          const t = stepAt(event, event.currentTarget);
          const of = editables.find(({ from, to }) => t >= from && t <= to);
          if (of === undefined) return;
          event.preventDefault();
          setMenu({ of, x: event.clientX - event.currentTarget.getBoundingClientRect().left });
        }}
      >
        <Blocks stretches={stretches} percent={percent} width={width} steps={steps} />
        {editables.map((one) => (
          <Handles key={one.id} of={one} percent={percent} steps={steps} onChange={onChange} />
        ))}
        <Playhead {...props} steps={steps} left={percent(Math.min(steps, at))} />
        {menu === null ? null : (
          <RealMenu {...menu} onChange={onChange} onClose={() => setMenu(null)} />
        )}
      </div>
      <p className="hidden">{lineText(stretches)}</p>
      {editables.length === 0 ? null : (
        <TakeOvers editables={editables} onChange={onChange} onScrub={onScrub} />
      )}
    </div>
  );
}

/** A word fits a block of so many pixels a character. */
const CHAR_PX = 7;

function Blocks({
  stretches,
  percent,
  width,
  steps,
}: {
  readonly stretches: readonly Stretch[];
  readonly percent: (t: number) => string;
  readonly width: number;
  readonly steps: number;
}) {
  return stretches.map(({ kind, from, to }) => {
    const word = stretchWord(kind);
    const wide = ((to - from) / steps) * width;
    return (
      <span
        key={from}
        className={css.block}
        data-kind={kind}
        style={{ left: percent(from), width: percent(to - from) }}
        title={`${word}: steps ${from} to ${to - 1}`}
      >
        {wide > word.length * CHAR_PX + 12 ? word : ""}
      </span>
    );
  });
}

/** Arrow keys as steps; null for any other key. */
function stepsOf({ key, shiftKey }: KeyboardEvent): number | null {
  const size = shiftKey ? BIG_STEP : 1;
  if (key === "ArrowRight" || key === "ArrowUp") return size;
  if (key === "ArrowLeft" || key === "ArrowDown") return -size;
  return null;
}

function Playhead({
  episode,
  at,
  left,
  onScrub,
}: TimeLineProps & { readonly steps: number; readonly left: string }) {
  const max = episode.rows.length;
  if (onScrub === undefined)
    return <span className={css.playhead} style={{ left }} aria-hidden="true" />;
  return (
    <span
      className={css.playhead}
      style={{ left }}
      role="slider"
      tabIndex={0}
      aria-label="Step shown"
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={at}
      onKeyDown={(event) => {
        const by = event.key === "Home" ? -max : event.key === "End" ? max : stepsOf(event);
        if (by === null) return;
        event.preventDefault();
        onScrub(Math.min(max, Math.max(0, at + by)));
      }}
    />
  );
}

interface EditProps {
  readonly onChange: ((change: EpisodeChange) => void) | undefined;
}

function Handles({
  of,
  percent,
  steps,
  onChange,
}: EditProps & {
  readonly of: Editable;
  readonly percent: (t: number) => string;
  readonly steps: number;
}) {
  const { id, from, to, real, windowFrom, windowMin, cut } = of;
  if (!real) return null;
  return (
    <>
      <Handle
        label={`Take-over ${id + 1}: first step held against the policy`}
        bounds={[windowMin, from]}
        value={windowFrom}
        text={`${from - windowFrom} steps before it`}
        percent={percent}
        steps={steps}
        onMove={(t) => onChange?.({ kind: "pre-window", interventionId: id, steps: from - t })}
      />
      {cut === null ? null : (
        <Handle
          label={`Take-over ${id + 1}: first step of correction`}
          bounds={[from, to]}
          value={cut}
          text={`step ${cut}`}
          percent={percent}
          steps={steps}
          onMove={(at) => onChange?.({ kind: "cut", interventionId: id, at })}
        />
      )}
    </>
  );
}

/** What can be dragged, or moved by arrow keys; said once it is let go. */
function Handle({
  label,
  bounds: [min, max],
  value,
  text,
  percent,
  steps,
  onMove,
}: {
  readonly label: string;
  readonly bounds: readonly [number, number];
  readonly value: number;
  readonly text: string;
  readonly percent: (t: number) => string;
  readonly steps: number;
  readonly onMove: (t: number) => void;
}) {
  const [held, setHeld] = useState<number | null>(null);
  const shown = held ?? value;
  const clamp = (t: number) => Math.min(max, Math.max(min, t));
  const settle = () => {
    if (held !== null && held !== value) onMove(held);
    setHeld(null);
  };
  return (
    <span
      className={css.handle}
      style={{ left: percent(shown) }}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={min}
      aria-valuemax={max}
      aria-valuenow={shown}
      aria-valuetext={text}
      title={`${label}, ${text}: drag, or arrow keys`}
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        setHeld(value);
      }}
      onPointerMove={(event) => {
        const track = event.currentTarget.parentElement;
        if (held === null || track === null) return;
        const { left, width } = track.getBoundingClientRect();
        setHeld(clamp(Math.round(((event.clientX - left) / width) * steps)));
      }}
      onPointerUp={settle}
      onPointerCancel={() => setHeld(null)}
      onKeyDown={(event) => {
        const by = stepsOf(event);
        if (by === null) return;
        event.preventDefault();
        if (clamp(value + by) !== value) onMove(clamp(value + by));
      }}
    />
  );
}

function RealMenu({
  of,
  x,
  onChange,
  onClose,
}: EditProps & { readonly of: Editable; readonly x: number; readonly onClose: () => void }) {
  return (
    <div className={css.menu} role="menu" aria-label={`Take-over ${of.id + 1}`} style={{ left: x }}>
      <button
        type="button"
        role="menuitem"
        // biome-ignore lint/a11y/noAutofocus: a menu takes the focus that its keys need
        autoFocus
        onPointerDown={(event) => event.stopPropagation()}
        onBlur={onClose}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          onClose();
        }}
        onClick={() => {
          onChange?.({ kind: "real", interventionId: of.id, real: !of.real });
          onClose();
        }}
      >
        {of.real ? "Not a real take-over" : "A real take-over after all"}
      </button>
    </div>
  );
}

/** The same edits in words, for every keyboard and every screen reader. */
function TakeOvers({
  editables,
  onChange,
  onScrub,
}: EditProps & {
  readonly editables: readonly Editable[];
  readonly onScrub: TimeLineProps["onScrub"];
}) {
  return (
    <ul className={css.takeOvers} aria-label="Take-overs">
      {editables.map(({ id, from, to, real, windowFrom, cut }) => (
        <li key={id}>
          <button
            type="button"
            className="button plain small"
            disabled={onScrub === undefined}
            onClick={() => onScrub?.(from)}
          >
            Take-over {id + 1}
          </button>
          <span className="quiet">
            {real
              ? `steps ${from}–${to - 1}, ${from - windowFrom} before it held against the policy` +
                (cut === null ? "" : `, correction from ${cut}`)
              : `steps ${from}–${to - 1} count as the policy's own`}
          </span>
          <button
            type="button"
            className="button small"
            onClick={() => onChange?.({ kind: "real", interventionId: id, real: !real })}
          >
            {real ? "Not a real take-over" : "Real after all"}
          </button>
        </li>
      ))}
    </ul>
  );
}
