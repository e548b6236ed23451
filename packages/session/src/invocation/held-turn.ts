/** The turn of one update, as the code sees it that the update calls. */
export interface HeldTurn {
  /** The object whose turns are taken; ids mean something within one of them alone. */
  readonly owner: object
  readonly id: string
  /** Whether the update has ended: code that it has left behind is not inside it any more. */
  hasEnded: boolean
}
