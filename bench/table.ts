import { type Figure, meets, ratio } from "./harness.ts";

/** 1234567 reads 1,234,567; small figures keep three digits. */
const number = (value: number): string =>
  Math.abs(value) >= 100
    ? Math.round(value).toLocaleString("en")
    : String(Number(value.toPrecision(3)));

/** Figures as a Markdown table, which reads well in a terminal too. */
export function figuresTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { what, ours, range, unit, better, target, peer, skipped, note } = figure;
    const times = ratio(figure);
    const met = meets(figure);
    return [
      what,
      `${number(ours)} ${unit}${range === undefined ? "" : ` (${range.map(number).join("–")})`}`,
      target === undefined ? "" : `${better === "more" ? "≥" : "≤"} ${number(target)} ${unit}`,
      met === undefined ? "" : met ? "yes" : "**no**",
      peer === undefined ? (skipped ?? "") : `${peer.name}: ${number(peer.value)} ${unit}`,
      times === undefined ? "" : `${number(times)}×`,
      note ?? "",
    ];
  });
  const header = ["what", "ours", "target", "met", "peer", "better by", "note"];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
