import { type FSWatcher, lstatSync, readdirSync, watch } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'

/** What is told of a folder. */
export interface WatchFolderOptions {
  /** Something in it has changed. */
  readonly onChange: () => void
  /** It cannot be watched any more as a whole. */
  readonly onError: (error: unknown) => void
  /** Ends the watching. */
  readonly signal: AbortSignal
}

/**
 * Watches a folder and all below it, but `node_modules`, and what editors and tools keep for
 * themselves: names that begin with a dot or end with a tilde.
 *
 * Each folder is watched by itself. A recursive watch of Node 24 on Linux watches files, too, and
 * is blind to those that have been replaced by a rename, which is how many editors save.
 */
export function watchFolder(folder: string, options: WatchFolderOptions): void {
  const watched = new WatchedFolder(options)
  watched.add(folder)
  // It may itself be replaced by a rename, as a plugin is that has been built anew.
  watched.addEntry(dirname(folder), basename(folder))
  options.signal.addEventListener('abort', () => watched.close(), { once: true })
}

class WatchedFolder {
  readonly #options: WatchFolderOptions
  readonly #watchers = new Map<string, FSWatcher>()
  #entryWatcher: FSWatcher | null = null

  constructor(options: WatchFolderOptions) {
    this.#options = options
  }

  /** Watches a folder, if it is one and is there, and those in it. */
  add(folder: string): void {
    try {
      if (!lstatSync(folder).isDirectory()) return
      // Before it is read, so that nothing is created unseen.
      this.#watchers.set(
        folder,
        this.#watch(folder, (event, name) => this.#tell(folder, event, name)),
      )
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory() && !isPassedOver(entry.name)) this.add(join(folder, entry.name))
      }
    } catch (error) {
      if (!isGone(error)) this.#options.onError(error)
    }
  }

  /** Watches a folder for one of its entries to be replaced. */
  addEntry(parent: string, name: string): void {
    try {
      this.#entryWatcher = this.#watch(parent, (event, changed) => {
        if (changed === name) this.#tell(parent, event, name)
      })
    } catch {
      // Whoever may not read it is not told when the folder is replaced as a whole.
    }
  }

  close(): void {
    this.#entryWatcher?.close()
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #watch(folder: string, listener: (event: string, name: string | null) => void): FSWatcher {
    // Of an error, such as that the folder is gone, the one above it tells.
    return watch(folder, listener).on('error', () => undefined)
  }

  #tell(folder: string, event: string, name: string | null): void {
    if (name !== null && isPassedOver(name)) return
    // An entry that came or went may be a folder, also in place of another one.
    if (event === 'rename' && name !== null) {
      this.#remove(join(folder, name))
      this.add(join(folder, name))
    }
    this.#options.onChange()
  }

  #remove(folder: string): void {
    for (const [path, watcher] of this.#watchers) {
      if (path !== folder && !path.startsWith(folder + sep)) continue
      watcher.close()
      this.#watchers.delete(path)
    }
  }
}

function isPassedOver(name: string): boolean {
  return name === 'node_modules' || name.startsWith('.') || name.endsWith('~')
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
