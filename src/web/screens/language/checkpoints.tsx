import type { CheckpointView } from "#core/comparison-views.ts";
import css from "./panels.module.css";

interface Props {
  readonly label: string;
  readonly checkpoints: readonly CheckpointView[];
  readonly value: string;
  readonly onChoose: (id: string) => void;
  /** Name of the model at the server's endpoint, where it may be chosen too. */
  readonly endpoint?: string | null;
}

/** What stands for the endpoint among checkpoints. */
export const ENDPOINT = "endpoint:";

/** Policies that replies can be sampled from. */
export function Checkpoints({ label, checkpoints, value, onChoose, endpoint = null }: Props) {
  return (
    <label className={css.field}>
      {label}
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {checkpoints
          .filter(({ samples }) => samples)
          .map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        {endpoint === null ? null : <option value={ENDPOINT}>{endpoint} (endpoint)</option>}
      </select>
    </label>
  );
}
