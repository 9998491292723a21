/** Takes a chart out of the page: as a picture, or as its numbers. */
import { assert } from "#core/assert.ts";

const PIXELS_PER_UNIT = 2;
/** Room for the finding above the drawing, and the margin around both. */
const TITLE_PX = 36;
const MARGIN_PX = 16;
/** What CSS decides in the page and a lone picture must carry itself. */
const CARRIED = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linejoin",
  "paint-order",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
] as const;

export function save(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function standalone(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true);
  assert(copy instanceof SVGSVGElement, "a copy of a drawing is a drawing");
  const originals = svg.querySelectorAll("*");
  for (const [i, node] of copy.querySelectorAll("*").entries()) {
    const original = originals[i];
    if (!(node instanceof SVGElement) || original === undefined) continue;
    const style = getComputedStyle(original);
    for (const name of CARRIED) node.style.setProperty(name, style.getPropertyValue(name));
  }
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return copy;
}

/** The drawing under its finding as a PNG at twice its size, on the page's own ground. */
export async function savePng(name: string, title: string, svg: SVGSVGElement): Promise<void> {
  const { width, height } = svg.getBoundingClientRect();
  const text = new XMLSerializer().serializeToString(standalone(svg));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = (width + 2 * MARGIN_PX) * PIXELS_PER_UNIT;
  canvas.height = (height + TITLE_PX + MARGIN_PX) * PIXELS_PER_UNIT;
  const context = canvas.getContext("2d");
  assert(context !== null, "a canvas can be drawn on");
  const style = getComputedStyle(document.documentElement);
  context.scale(PIXELS_PER_UNIT, PIXELS_PER_UNIT);
  context.fillStyle = style.getPropertyValue("--surface");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = style.getPropertyValue("--text");
  context.font = `600 14px ${style.getPropertyValue("--font")}`;
  context.fillText(title, MARGIN_PX, MARGIN_PX + 10);
  context.drawImage(image, MARGIN_PX, TITLE_PX, width, height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob !== null) save(name, blob);
}
