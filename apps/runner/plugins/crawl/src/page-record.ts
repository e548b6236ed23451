/** What a visit has found out about a page. */
export type PageRecord = {
  /** Relative to the folder, with slashes. */
  readonly path: string
  readonly title: string | null
  /** Characters that a reader sees, a run of white space as one. */
  readonly textLength: number
  /** Pages of the folder that it links to. */
  readonly links: readonly string[]
  /** Links, as they are written, to what should be in the folder and is not. */
  readonly deadLinks: readonly string[]
  /** Why it could not be read, such as `EACCES`; `null` if it was. */
  readonly error: string | null
}
