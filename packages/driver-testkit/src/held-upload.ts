import { mintVersion, type Version } from '@holdfast/core'
import { cut, HeldBody } from './bodies.ts'
import type { ScopeHandle, UploadOptions } from './scope-handle.ts'
import { outcomeOf } from './settlement.ts'
import type { TestBench } from './test-bench.ts'

/** An upload that has stopped in the middle of its body. Disposing lets it end. */
export class HeldUpload implements AsyncDisposable {
  readonly version: Version
  readonly body: HeldBody
  /** How the upload ends, as a word to compare. */
  readonly outcome: Promise<string>

  private constructor(version: Version, body: HeldBody, outcome: Promise<string>) {
    this.version = version
    this.body = body
    this.outcome = outcome
  }

  /** Begins an upload. Resolves when the driver has taken half of the value and wants more. */
  static async begin(
    { expect, orNothing }: TestBench,
    store: ScopeHandle,
    key: string,
    value: Uint8Array,
    { signal, ...options }: UploadOptions & { readonly signal?: AbortSignal } = {},
  ): Promise<HeldUpload> {
    const version = options.version ?? mintVersion()
    const half = Math.ceil(value.byteLength / 2)
    const body = new HeldBody(cut(value.subarray(0, half)), cut(value.subarray(half)))
    const upload = store.upload(key, body, { ...options, version }, { signal })
    const held = new HeldUpload(version, body, outcomeOf(upload))
    const ended = await orNothing(Promise.race([body.held, held.outcome]))
    // Or the driver could never be closed.
    if (ended !== undefined) body.goOn()
    expect(ended).toBe(undefined)
    return held
  }

  /** Lets the body go on to its end. */
  finish(): Promise<string> {
    this.body.goOn()
    return this.outcome
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish()
  }
}
