import { Modal } from "@mantine/core";
import { useHotkeyGroups } from "./hotkeys.ts";
import css from "./overlays.module.css";
import { Key } from "./parts.tsx";

/** Every key that does something on this screen. */
export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  const groups = useHotkeyGroups();
  return (
    <Modal
      opened
      onClose={onClose}
      title="Keys of this screen"
      size="lg"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <div className={css.help}>
        {groups.toReversed().map(({ title, hotkeys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <ul>
              {hotkeys.map(({ keys, label }) => (
                <li key={label}>
                  <span>{label}</span>
                  <span className={css.keys}>
                    {keys.map((name) => (
                      <Key key={name} name={name} />
                    ))}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Modal>
  );
}
