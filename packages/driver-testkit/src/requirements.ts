import { mebibyte } from './bytes.ts'
import type { Requirement } from './conformance-check.ts'
import type { StoreOffer } from './driver-under-test.ts'

/** Streams of more bytes than this are too long for a check. */
const mostStreamed = 128 * mebibyte

/** The check moves the time that the driver goes by. */
export const movableClock: Requirement = {
  otherwise: 'the driver takes no clock',
  isMetBy: ({ takesClock = true }) => takesClock,
}

/** The check waits for time to pass by the clock of the machine. */
export const ownClock: Requirement = {
  otherwise: 'the driver takes the clock of the kit, and does not go by its own',
  isMetBy: ({ takesClock = true }) => !takesClock,
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

/** The check reads and writes streams. */
export const streams: Requirement = {
  otherwise: 'the driver does not stream (maxStreamBytes is 0)',
  isMetBy: ({ capabilities }) => capabilities.maxStreamBytes > 0,
}

/** The check watches keys. */
export const watching: Requirement = {
  otherwise: 'the driver does not watch (maxWatchedKeys is 0)',
  isMetBy: ({ capabilities }) => capabilities.maxWatchedKeys > 0,
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

/** The check streams a value that is too large to be given whole. */
export const streamsBeyondValues: Requirement = {
  otherwise: 'the driver streams no larger values than it takes whole (maxStreamBytes)',
  isMetBy: ({ capabilities }) => capabilities.maxStreamBytes > capabilities.maxValueBytes,
}

/** The check streams a value that is too large to be streamed. */
export const boundedStreams: Requirement = {
  otherwise: `the driver streams values of ${mostStreamed} bytes and more (maxStreamBytes)`,
  isMetBy: ({ capabilities }) => capabilities.maxStreamBytes < mostStreamed,
}

/** The check asks the store for more than to be stored in. */
export function offered(offer: StoreOffer): Requirement {
  return {
    otherwise: `the stores under test do not offer ${offer}`,
    isMetBy: ({ offers = [] }) => offers.includes(offer),
  }
}

/** The check writes a value of so many bytes. */
export function valuesOf(bytes: number): Requirement {
  return {
    otherwise: `the driver takes no value of ${bytes} bytes (maxValueBytes)`,
    isMetBy: ({ capabilities }) => capabilities.maxValueBytes >= bytes,
  }
}
