/** HDF5 files by h5wasm, with its failures as problems that name the file. */
import { existsSync } from "node:fs";
import { Problem, quoted } from "#core/errors.ts";

type H5 = typeof import("h5wasm/node");
export type H5File = InstanceType<H5["File"]>;
export type H5Group = InstanceType<H5["Group"]>;
type H5Dataset = InstanceType<H5["Dataset"]>;

let loading: Promise<H5> | undefined;

/** Loads the library when it is first needed; it throws in place of printing from then on. */
async function library(): Promise<H5> {
  loading ??= import("h5wasm/node").then(async (h5) => {
    const module = await h5.ready;
    module.activate_throwing_error_handler();
    return h5;
  });
  return loading;
}

/** Opens a file to read. @throws Problem `bad-input` for one that is none, or is cut short. */
export async function openHdf5(path: string, file: string): Promise<H5File> {
  const h5 = await library();
  if (!existsSync(path)) throw new Problem("not-found", "There is no such file", { at: { file } });
  try {
    return new h5.File(path, "r");
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Problem("bad-input", "The file cannot be read as HDF5", {
      expected: "a whole HDF5 file, as robomimic writes",
      got: /truncated/.test(said) ? "one that is cut short" : lastReason(said),
      at: { file },
    });
  }
}

/** The innermost reason of a diagnosis of the HDF5 library. */
const lastReason = (diagnosis: string): string =>
  quoted(/.*\(\): (.*)$/m.exec(diagnosis.split("#").at(-1) ?? "")?.[1] ?? "another kind of file");

export async function createHdf5(path: string): Promise<H5File> {
  const h5 = await library();
  return new h5.File(path, "w");
}

export const groupAt = (parent: H5Group, path: string): H5Group | undefined => {
  const found = parent.get(path);
  return found !== null && "keys" in found ? found : undefined;
};

/** A data set of numbers, whatever width it is stored in. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

const datasetAt = (parent: H5Group, path: string): H5Dataset | undefined => {
  const found = parent.get(path);
  return found !== null && "filters" in found ? found : undefined;
};

/** Shape of a data set of numbers; undefined for anything else. */
export function numericShape(parent: H5Group, path: string): readonly number[] | undefined {
  const dataset = datasetAt(parent, path);
  const { shape } = dataset ?? {};
  if (dataset === undefined || shape === null || shape === undefined) return undefined;
  return typeof dataset.dtype === "string" && /[bBhHiIqQdfe?]$/.test(dataset.dtype)
    ? shape
    : undefined;
}

/** @throws Problem `bad-input` for what is there and is not numbers, or cannot be read. */
export function numbersAt(parent: H5Group, path: string): Numbers | undefined {
  const dataset = datasetAt(parent, path);
  if (dataset === undefined) return undefined;
  const shape = numericShape(parent, path);
  if (shape === undefined)
    throw new Problem("bad-input", `"${path}" does not hold numbers`, {
      got: quoted(dataset.dtype),
      at: { field: path },
    });
  return { shape, values: plainNumbers(contentOf(dataset, path), path) };
}

function contentOf(dataset: H5Dataset, path: string): unknown {
  try {
    return dataset.value;
  } catch (error) {
    throw new Problem("bad-input", `"${path}" cannot be read`, {
      got: lastReason(error instanceof Error ? error.message : String(error)),
      at: { field: path },
    });
  }
}

function plainNumbers(value: unknown, path: string): ArrayLike<number> {
  if (value instanceof BigInt64Array || value instanceof BigUint64Array)
    return Float64Array.from(value, Number);
  if (ArrayBuffer.isView(value) && "length" in value) return value as unknown as Float64Array; // a typed array
  if (Array.isArray(value)) return Float64Array.from(value.flat(8), Number);
  if (value === null) return new Float64Array(0);
  throw new Problem("bad-input", `"${path}" does not hold numbers`, { at: { field: path } });
}

/** An attribute that is text; undefined where there is none. */
export function textAttribute(of: H5Group, name: string): string | undefined {
  const value = of.attrs[name]?.value;
  return typeof value === "string" ? value : undefined;
}
