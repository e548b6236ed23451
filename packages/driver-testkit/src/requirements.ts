import type { Requirement } from './conformance-check.ts'

/** The check moves the time that the driver goes by. */
export const movableClock: Requirement = {
  otherwise: 'the driver takes no clock',
  isMetBy: ({ takesClock = true }) => takesClock,
}

/** The check closes a driver and looks for its writes with the next. */
export const survivesClose: Requirement = {
  otherwise: "the driver's durability is none",
  isMetBy: ({ capabilities }) => capabilities.durability !== 'none',
}

/** The check has several drivers open on one store. */
export const sharedStore: Requirement = {
  otherwise: 'the driver does not share its store (shared is false)',
  isMetBy: ({ capabilities }) => capabilities.shared,
}

/** The check is about what a driver says that does not stream. */
export const noStreams: Requirement = {
  otherwise: 'the driver streams (maxStreamBytes is not 0)',
  isMetBy: ({ capabilities }) => capabilities.maxStreamBytes === 0,
}

/** The check is about what a driver says that does not watch. */
export const noWatching: Requirement = {
  otherwise: 'the driver watches (maxWatchedKeys is not 0)',
  isMetBy: ({ capabilities }) => capabilities.maxWatchedKeys === 0,
}

/** The check writes a value of so many bytes. */
export function valuesOf(bytes: number): Requirement {
  return {
    otherwise: `the driver takes no value of ${bytes} bytes (maxValueBytes)`,
    isMetBy: ({ capabilities }) => capabilities.maxValueBytes >= bytes,
  }
}
