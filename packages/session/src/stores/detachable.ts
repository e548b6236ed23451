/**
 * Finishes a store for its users: its methods may be taken off it, as in
 * `const { get, set } = persistent_store`, and nothing of it can be changed.
 */
export function detachable<Store extends object>(store: Store): Readonly<Store> {
  for (let owner = prototypeOf(store); owner !== Object.prototype; owner = prototypeOf(owner)) {
    for (const name of Object.getOwnPropertyNames(owner)) {
      const method: unknown = Object.getOwnPropertyDescriptor(owner, name)?.value
      // A class goes before the one that it extends.
      if (typeof method !== 'function' || Object.hasOwn(store, name)) continue
      Object.defineProperty(store, name, { value: method.bind(store) as unknown })
    }
  }
  return Object.freeze(store)
}

function prototypeOf(object: object): object {
  return Object.getPrototypeOf(object) as object
}
