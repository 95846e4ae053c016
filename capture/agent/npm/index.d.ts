// SPDX-License-Identifier: MIT

/** What {@link onCrash} tells. */
export interface Crash {
	/** The path of the crash file, readable with the command `inspmort`. */
	file: string;
	/** The thing thrown; undefined when the program ended itself after the error. */
	error?: unknown;
}

/**
 * Writes a crash file of this very moment, without ending anything: the calling stack with all
 * variables, and what they refer to. Takes milliseconds to seconds.
 * @returns the path of the file; undefined when the agent is not armed
 * @throws Error when the file cannot be written
 */
export function captureNow(): string | undefined;

/**
 * Calls back, synchronously, when the process is about to die and its crash file is complete.
 * The process dies in any case; what the callback throws is ignored.
 */
export function onCrash(callback: (crash: Crash) => void): void;

/** Whether crashes of this thread are captured. */
export function armed(): boolean;
