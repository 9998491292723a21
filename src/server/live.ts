import type { LiveEvent } from "#core/views.ts";

/** What screens are told as it happens. In process: each server tells its own listeners. */
export interface Live {
  publish(event: LiveEvent): void;
  /** Returns the way to stop listening. `onClose` is called when the server goes down. */
  listen(listener: (event: LiveEvent) => void, onClose: () => void): () => void;
  /** Ends every stream, so that a server can stop while pages are open. */
  close(): void;
}

export function createLive(): Live {
  const listeners = new Map<(event: LiveEvent) => void, () => void>();
  return {
    publish: (event) => {
      for (const listener of listeners.keys()) listener(event);
    },
    listen: (listener, onClose) => {
      listeners.set(listener, onClose);
      return () => {
        listeners.delete(listener);
      };
    },
    close: () => {
      const closers = [...listeners.values()];
      listeners.clear();
      for (const onClose of closers) onClose();
    },
  };
}
