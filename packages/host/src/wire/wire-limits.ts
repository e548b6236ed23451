import { limits } from '@holdfast/core'

/** Bounds by name. */
type WireLimits = Readonly<
  Record<
    | 'headerBytes'
    | 'maxFrameBytes'
    | 'maxMessageBytes'
    | 'maxParsedBytes'
    | 'maxParsedValues'
    | 'maxDescriptionBytes'
    | 'maxParametersBytes'
    | 'maxLogBytes'
    | 'maxCallsInFlight'
    | 'maxStreamsInFlight'
    | 'maxCallBytesInFlight'
    | 'bodyWindowBytes'
    | 'maxBodyPieceBytes'
    | 'tokenBytes',
    number
  >
>

/** The bounds of the protocol, which both sides hold to and the host enforces. */
export const wireLimits: WireLimits = {
  /** Bytes of the header of a frame. */
  headerBytes: 12,
  /** Most bytes of the payload of one frame: 256 KiB. What is larger goes in fragments. */
  maxFrameBytes: 262_144,
  /** Most bytes of one message, all its fragments together: a commit of 64 MiB and its keys. */
  maxMessageBytes: limits.maxCommitBytes + 4_194_304,
  /** Most bytes of a message of a tool that is parsed: JSON and text, 8 MiB. */
  maxParsedBytes: 8_388_608,
  /** Most values in such JSON, items and objects counted, 250,000. */
  maxParsedValues: 250_000,
  /** Most bytes of the description of a plugin, 1 MiB. */
  maxDescriptionBytes: 1_048_576,
  /** Most bytes of the parameters of a tool as JSON, 16 MiB. */
  maxParametersBytes: 16_777_216,
  /** Most bytes of a line of a log on the wire, 16 KiB. */
  maxLogBytes: 16_384,
  /** Most calls to the stores, without a stream, that a plugin's process may have in flight. */
  maxCallsInFlight: 256,
  /** Most calls with a stream: bodies on their way in and out, and watches. */
  maxStreamsInFlight: 512,
  /** Most bytes of calls in flight: one that is as large as may be, or many that are small. */
  maxCallBytesInFlight: limits.maxCommitBytes + 8_388_608,
  /** How many bytes of a body may be on their way unread, 256 KiB. */
  bodyWindowBytes: 262_144,
  /** Largest piece of a body, 64 KiB. */
  maxBodyPieceBytes: 65_536,
  /** Bytes of a token. */
  tokenBytes: 16,
}
