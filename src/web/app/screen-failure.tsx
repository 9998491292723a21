import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { Empty, Failure } from "./parts.tsx";

/** A screen that broke says so, keeps what was done, and leaves a way out. */
export function ScreenFailure({ error, reset }: ErrorComponentProps) {
  const shown = error instanceof Error ? error : new Error(String(error));
  return (
    <>
      <Failure error={shown} retry={reset} what="This screen stopped" />
      <p style={{ textAlign: "center" }}>
        What you decided is kept and will be sent. <Link to="/">Back to the projects</Link>
      </p>
    </>
  );
}

/** An address that leads nowhere. */
export function NoSuchScreen() {
  return (
    <Empty title="There is nothing at this address" action={<Link to="/">To the projects</Link>}>
      It may have been mistyped, or what it named is gone.
    </Empty>
  );
}
