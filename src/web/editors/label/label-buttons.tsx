import { Key } from "#web/app/parts.tsx";
import { keyOfClass } from "./decide.ts";

/** One button a class, its key on it. */
export function LabelButtons({
  classes,
  disabled,
  onGive,
}: {
  readonly classes: readonly string[];
  readonly disabled: boolean;
  readonly onGive: (label: string) => void;
}) {
  return classes.map((label, k) => {
    const key = keyOfClass(k);
    return (
      <button
        key={label}
        type="button"
        className="button"
        disabled={disabled}
        onClick={() => onGive(label)}
        // A click leaves the keys with the screen: Enter then confirms, and does not press the button again.
        onMouseDown={(event) => event.preventDefault()}
      >
        {label}
        {key === undefined ? null : <Key name={key} />}
      </button>
    );
  });
}
