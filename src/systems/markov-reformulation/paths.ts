/** Ways users took from request to request, as numbers: what counting reads, and nothing else. */

/** A path is a chain of requests each of which was said because the one before failed. */
export interface Paths {
  /** [steps] states, path after path; no two in a row of one path are the same. */
  readonly state: Uint32Array;
  /** [paths + 1] where each begins. */
  readonly start: Uint32Array;
  /** [paths] 1 where it ended well. */
  readonly success: Uint8Array;
  /** [paths] whose it is. */
  readonly user: Uint32Array;
  /** [paths] when, in days; paths are in order of time, more or less. */
  readonly day: Float64Array;
  /** Numbers of states and users in use. */
  readonly states: number;
  readonly users: number;
}

type Numbers = Uint32Array | Uint8Array | Float64Array;

/** `values` with room for one more at `length`. */
function roomFor<T extends Numbers>(values: T, length: number): T {
  if (length < values.length) return values;
  const larger = new (values.constructor as new (n: number) => T)(2 * values.length);
  larger.set(values as never);
  return larger;
}

const ROOM_FIRST = 1_024;

/** Gathers paths in arrays that double as they fill. */
export class PathBuilder {
  private state = new Uint32Array(ROOM_FIRST);
  private text = new Uint32Array(ROOM_FIRST);
  private start = new Uint32Array(ROOM_FIRST);
  private success = new Uint8Array(ROOM_FIRST);
  private user = new Uint32Array(ROOM_FIRST);
  private day = new Float64Array(ROOM_FIRST);
  private steps = 0;
  private paths = 0;

  /** One more step of the path at hand; `text` is what was said. */
  step(state: number, text: number): void {
    this.state = roomFor(this.state, this.steps);
    this.text = roomFor(this.text, this.steps);
    this.state[this.steps] = state;
    this.text[this.steps++] = text;
  }

  end(success: boolean, user: number, day: number): void {
    this.start = roomFor(this.start, this.paths + 1);
    this.success = roomFor(this.success, this.paths);
    this.user = roomFor(this.user, this.paths);
    this.day = roomFor(this.day, this.paths);
    this.success[this.paths] = success ? 1 : 0;
    this.user[this.paths] = user;
    this.day[this.paths++] = day;
    this.start[this.paths] = this.steps;
  }

  /** `texts`: [steps] */
  take(states: number, users: number): { readonly paths: Paths; readonly texts: Uint32Array } {
    const { steps, paths } = this;
    return {
      paths: {
        state: this.state.subarray(0, steps),
        start: this.start.subarray(0, paths + 1),
        success: this.success.subarray(0, paths),
        user: this.user.subarray(0, paths),
        day: this.day.subarray(0, paths),
        states,
        users,
      },
      texts: this.text.subarray(0, steps),
    };
  }
}
