/**
 * Line charts as SVG. The same chart has the same text.
 *
 * @module
 */

/** A line of a chart. */
export interface Line {
  /** In the legend. */
  name: string;
  /** One for each place on the x axis; undefined: a gap. */
  values: readonly (number | undefined)[];
  /** Dashed: what is compared with, and not ours. */
  dashed: boolean;
  /** Number of its colour; that of the line where absent. */
  colour?: number;
}

/** A chart. The places on the x axis are at equal distances. */
export interface Chart {
  /** Heading. */
  title: string;
  /** Below the x axis. */
  xLabel: string;
  /** Beside the heading: what the values are. */
  yLabel: string;
  /** The places on the x axis. */
  xs: readonly string[];
  /** The lines. */
  lines: readonly Line[];
}

const WIDTH = 780;
const HEIGHT = 360;
const LEFT = 70;
const RIGHT = 250;
const TOP = 44;
const BOTTOM = 48;
const TICKS = 5;
/** Told apart by those who see few colours too (Okabe and Ito). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

/** A round number that is not less than a value. */
export function niceMaximum(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8].find((step) => step * power >= value) ?? 10) * power;
}

function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function axisText(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en");
}

/** The chart as the text of an SVG file. */
export function svg({ title, xLabel, yLabel, xs, lines }: Chart): string {
  const most = niceMaximum(Math.max(0, ...lines.flatMap(({ values }) => values.flatMap((value) => value ?? []))));
  const width = WIDTH - LEFT - RIGHT;
  const height = HEIGHT - TOP - BOTTOM;
  const x = (index: number): number => LEFT + (index + 0.5) * width / xs.length;
  const y = (value: number): number => TOP + height * (1 - value / most);
  const text = (at: [number, number], what: string, rest = ""): string =>
    `<text x="${number(at[0])}" y="${number(at[1])}"${rest}>${escape(what)}</text>`;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text([LEFT, 22], `${title}, ${yLabel}`, ' font-size="15"'),
    text([LEFT + width / 2, HEIGHT - 10], xLabel, ' text-anchor="middle"'),
  ];
  for (let tick = 0; tick <= TICKS; tick++) {
    const value = most * tick / TICKS;
    const at = number(y(value));
    parts.push(`<path d="M${LEFT} ${at}H${LEFT + width}" stroke="#dddddd"/>`);
    parts.push(text([LEFT - 8, y(value) + 4], axisText(value), ' text-anchor="end"'));
  }
  xs.forEach((name, index) => parts.push(text([x(index), TOP + height + 18], name, ' text-anchor="middle"')));
  lines.forEach(({ name, values, dashed, colour: chosen }, index) => {
    const colour = COLOURS[(chosen ?? index) % COLOURS.length] as string;
    const style = `stroke="${colour}" stroke-width="2" fill="none"${dashed ? ' stroke-dasharray="5 4"' : ""}`;
    let pen = "M";
    let path = "";
    values.forEach((value, place) => {
      if (value === undefined || !Number.isFinite(value)) {
        pen = "M";
        return;
      }
      path += `${pen}${number(x(place))} ${number(y(value))}`;
      pen = "L";
      parts.push(`<circle cx="${number(x(place))}" cy="${number(y(value))}" r="3" fill="${colour}"/>`);
    });
    if (path !== "") parts.push(`<path d="${path}" ${style}/>`);
    const row = TOP + 8 + index * 20;
    parts.push(`<path d="M${WIDTH - RIGHT + 12} ${row}h24" ${style}/>`);
    parts.push(text([WIDTH - RIGHT + 42, row + 4], name));
  });
  return `${parts.join("\n")}\n</svg>\n`;
}
