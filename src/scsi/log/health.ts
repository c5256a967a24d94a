/**
 * Log pages about the device's health: temperature, start-stop cycles, solid state media, informational exceptions.
 *
 * @module
 */
import type { Answer } from "../data/answer.ts";
import { asciiText } from "../data/answer.ts";
import { counterOf, type LogHeader, logHeader, type LogParameter, readLogParameters } from "./page.ts";

/** 0Dh Temperature (SPC-4). Degrees Celsius; undefined where not reported. */
export interface TemperatureLog extends LogHeader {
  /** Which page this is. */
  readonly kind: "temperature";
  /** Now. */
  readonly current: number | undefined;
  /** The reference temperature: the greatest for continuous operation. */
  readonly reference: number | undefined;
}
/** 0Eh Start-Stop Cycle Counter (SPC-4). Undefined where not reported. */
export interface StartStopLog extends LogHeader {
  /** Which page this is. */
  readonly kind: "startStop";
  /** Year and week of manufacture: `2021`, `07`. */
  readonly manufactured: { readonly year: string; readonly week: string } | undefined;
  /** Year and week of accounting. */
  readonly accounting: { readonly year: string; readonly week: string } | undefined;
  /** Start-stop cycles that the device is made for. */
  readonly specifiedCycles: bigint | undefined;
  /** Start-stop cycles so far. */
  readonly cycles: bigint | undefined;
  /** Load-unload cycles that the device is made for. */
  readonly specifiedLoadCycles: bigint | undefined;
  /** Load-unload cycles so far. */
  readonly loadCycles: bigint | undefined;
}
/** 11h Solid State Media (SBC-3). */
export interface SolidStateLog extends LogHeader {
  /** Which page this is. */
  readonly kind: "solidState";
  /** PERCENTAGE USED ENDURANCE INDICATOR, 0 to 255; undefined where not reported. */
  readonly percentageUsed: number | undefined;
}
/** 2Fh Informational Exceptions (SPC-4). */
export interface ExceptionsLog extends LogHeader {
  /** Which page this is. */
  readonly kind: "informationalExceptions";
  /** Additional sense code of the exception; 0: none. Undefined where not reported. */
  readonly asc: number | undefined;
  /** Its qualifier. */
  readonly ascq: number | undefined;
  /** Most recent temperature in degrees Celsius; undefined where not reported. */
  readonly temperature: number | undefined;
}

function find(parameters: readonly LogParameter[], code: number, length: number): Uint8Array | undefined {
  const found = parameters.find((one) => one.code === code);
  return found !== undefined && found.value.length >= length ? found.value : undefined;
}

function degrees(value: number | undefined): number | undefined {
  return value === undefined || value === 0xff ? undefined : value;
}

export function readTemperature(answer: Answer): TemperatureLog {
  const parameters = readLogParameters(answer);
  return {
    kind: "temperature",
    current: degrees(find(parameters, 0, 2)?.[1]),
    reference: degrees(find(parameters, 1, 2)?.[1]),
    ...logHeader(answer, parameters),
  };
}
export function readStartStop(answer: Answer): StartStopLog {
  const parameters = readLogParameters(answer);
  const date = (code: number): { year: string; week: string } | undefined => {
    const value = find(parameters, code, 6);
    if (value === undefined) return undefined;
    return { year: asciiText(value.subarray(0, 4)), week: asciiText(value.subarray(4, 6)) };
  };
  const counter = (code: number): bigint | undefined => {
    const value = find(parameters, code, 4);
    return value === undefined ? undefined : counterOf(value);
  };
  return {
    kind: "startStop",
    manufactured: date(1),
    accounting: date(2),
    specifiedCycles: counter(3),
    cycles: counter(4),
    specifiedLoadCycles: counter(5),
    loadCycles: counter(6),
    ...logHeader(answer, parameters),
  };
}
export function readSolidState(answer: Answer): SolidStateLog {
  const parameters = readLogParameters(answer);
  return { kind: "solidState", percentageUsed: find(parameters, 1, 4)?.[3], ...logHeader(answer, parameters) };
}
export function readExceptions(answer: Answer): ExceptionsLog {
  const parameters = readLogParameters(answer);
  const value = find(parameters, 0, 2);
  return {
    kind: "informationalExceptions",
    asc: value?.[0],
    ascq: value?.[1],
    temperature: degrees(value?.[2]),
    ...logHeader(answer, parameters),
  };
}
