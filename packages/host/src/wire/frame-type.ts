/**
 * What a frame is for. The numbers are the protocol's, as docs/plugin-protocol.md lists them. `host`
 * and `plugin` name who sends it.
 */
export const frameType = {
  // host
  load: 1,
  invokeTool: 2,
  invokeEndpoint: 3,
  pull: 4,
  cancel: 5,
  result: 6,
  failure: 7,
  state: 8,
  shutDown: 9,
  findRoute: 10,

  // plugin
  ready: 32,
  loaded: 33,
  loadFailed: 34,
  message: 35,
  done: 36,
  failed: 37,
  response: 38,
  log: 39,
  route: 40,
  get: 48,
  commit: 49,
  list: 50,
  readStream: 51,
  writeStream: 52,
  watch: 53,
  cancelCall: 54,

  // both
  data: 64,
  end: 65,
  bodyFailed: 66,
  credit: 67,
  stop: 68,
} as const

/** The number of a frame's purpose. */
export type FrameType = (typeof frameType)[keyof typeof frameType]
