/**
 * Every promise of docs/storage-contract.md by its number, word for word, so that a report can say
 * which one is broken. A test holds the two together.
 */
export const contractPromises = {
  '1.1':
    'A key is well-formed Unicode of 1 to 512 bytes in UTF-8, without U+0000. Every such text is legal, and no character in it means anything: not a slash, a dot or a colon, not what a query language, a shell, a URL or a path means something by, not white space or a control character at whatever place.',
  '1.2':
    'Two keys are the same only if their code points are the same. Keys that differ in case, in Unicode normal form, in a blank at the end or in their 512th byte are different.',
  '1.3':
    'Keys are validated before they reach a driver. A driver never changes one: what is written under a key is read, listed and deleted under exactly that key.',
  '2.1':
    'A value is a sequence of bytes, and comes back as it was: every byte value, in every order, at every length from 0 to `maxValueBytes`.',
  '2.2':
    'An empty value is a value. It is read, listed and counted, and differs from a missing entry.',
  '2.3':
    'The value is copied before `commit` returns its promise: what is written to the buffer from then on changes nothing. The buffer is left as it is, and with its owner. Of a view into a larger buffer, the bytes of the view are the value.',
  '2.4':
    "A value that is given out, by whatever call, is a copy of the receiver's own. What is written to it, or to the memory under it, changes nothing stored and no other value.",
  '2.5':
    'A value that is given out is a plain `Uint8Array`: no subclass, such as `Buffer`, whose methods behave otherwise.',
  '2.6':
    'An overwrite replaces the whole entry. No reader sees bytes of two writes in one value, or the value of one with the metadata of another.',
  '3.1':
    'An entry has its key, size, version, `createdAt`, `updatedAt`, `expiresAt` and content type; `get` and `list` give the same.',
  '3.2':
    '`updatedAt` is when the value was last written. `createdAt` is when the key came to be: an overwrite keeps it; a write after a delete, a clear or the expiry of the entry does not.',
  '3.3':
    'Version, expiry and content type are those that the last writer gave, `null` included. Nothing of an earlier write remains.',
  '3.4': 'The version is stored as given. Versions are compared as they are: case counts.',
  '3.5':
    'The version of an entry that was overwritten, deleted or cleared is never that of an entry again.',
  '4.1':
    'Scopes are apart. A call sees and changes the entries of its own scope (for a commit: of both stores of its plugin in its workspace) and of no other, however alike the ids are: equal up to case, beginning with one another, or giving the same text when put together.',
  '4.2': '`scopes` lists each scope that holds at least one entry, with its usage, and no other.',
  '4.3': 'It lists them in the order of workspace, then plugin, then store, each by its bytes.',
  '4.4': 'With a workspace, a plugin or both, it lists the scopes of those alone.',
  '4.5':
    'It comes in pages like `list`: at most `limit` scopes, together the whole. A `limit` that is no whole number from 1 to 1,000 is refused with `INVALID_ARGUMENT`.',
  '5.1':
    'One item comes back for each key, in the order asked: the entry, or `null` where there is none. A key that is asked for twice is answered twice.',
  '5.2': 'One call reads up to 1,000 keys. More are refused with `INVALID_ARGUMENT`.',
  '5.3':
    'Every call sees every write that had resolved before it began, by whatever driver it was made.',
  '5.4': 'A failure rejects. It never looks like a missing key.',
  '5.5':
    'What one call reads sums to at most 64 MiB (`limits.maxGetBytes`), a key that is asked for twice counted twice. More is refused with `VALUE_TOO_LARGE`.',
  '6.1':
    'A commit is applied whole or not at all, over both stores. If it rejects with any code but `OUTCOME_UNKNOWN`, nothing of it was applied, and nothing ever will be.',
  '6.2':
    'Checks, quota, accounting and writes are one transaction: no other commit comes between them, by whatever driver it is made.',
  '6.3': 'One `get` sees all of a commit or nothing of it.',
  '6.4':
    'A put writes its entry, new or in place of the one that was there. A delete removes its entry and no other; to delete what is not there is no error.',
  '6.5':
    'A commit of nothing resolves and changes nothing. A commit of checks alone says whether they hold.',
  '6.6':
    'A key that is changed twice in one store is refused with `INVALID_ARGUMENT`. More than `maxCommitEntries` changes, more than as many checks, or values of more than `maxCommitBytes` together are refused with `COMMIT_TOO_LARGE`, a value of more than `maxValueBytes` with `VALUE_TOO_LARGE`.',
  '6.7':
    'Commits of different keys at once all arrive, and one that is refused holds up none of the others.',
  '7.1':
    'A check holds if the key has the version that it names, or, where it names `null`, if there is no entry. It may be about any key of both stores, changed by the commit or not, and it looks at the state before the commit.',
  '7.2':
    'If a check fails, the commit rejects with `VERSION_MISMATCH`, whose context has the store, the key, the version that was expected and the one that is there. Of several checks that fail, it is the first in the order given.',
  '7.3':
    'A check is about the version and not about the bytes: an entry written back as it was is another.',
  '7.4':
    'Of any number of commits at once with the same check on a key that they change, through one driver or several, exactly one is applied. Whoever reads, checks and writes in a loop loses no update.',
  '7.5': 'Of two commits at once that each change what the other checks, at most one is applied.',
  '8.1':
    '`usage` counts the entries of a scope, and the bytes of their keys in UTF-8 and of their values.',
  '8.2':
    'It is exact: the sum over what `list` gives. It stays so after writers who overwrote, deleted and cleared the same keys at once, through one driver or several, and after a process was killed at any moment.',
  '9.1':
    'With a quota, a commit that would leave the plugin with more than `maxBytes` in this workspace, both its stores together, is refused with `QUOTA_EXCEEDED`, whose context has `maxBytes` and `neededBytes`, the usage that it would have been. Exactly `maxBytes` is allowed.',
  '9.2': 'A refused commit leaves every entry, version and usage as it was.',
  '9.3':
    'What counts is the outcome: an overwrite counts for what it adds, and deletes make room for the puts beside them. What other plugins and workspaces hold does not count.',
  '9.4':
    'A commit that leaves no more than there was before is never refused: what is over a quota may shrink.',
  '9.5':
    'Commits at once, through one driver or several, do not get past the quota that each alone would fit.',
  '9.6': 'A quota of `null` bounds nothing.',
  '10.1':
    '`list` gives the entries whose keys begin with the prefix, in the order of the bytes of their keys in UTF-8. The key that equals the prefix is one of them.',
  '10.2':
    'The prefix is literal. No character in it stands for others, and it matches in its own case and normal form alone. It may end in any character, and be as long as a key.',
  '10.3': 'With `keysOnly`, values are `null` and all else is as without.',
  '10.4':
    'A page has at most `limit` entries. A `limit` that is no whole number from 1 to 1,000 is refused with `INVALID_ARGUMENT`.',
  '10.5': 'A page with values ends at the latest with the entry that brings their sum to 16 MiB.',
  '11.1':
    'Where a page is not the last it has a cursor, and the pages together are the whole listing, each key once. A page may be short, or even empty, and not the last; only a cursor of `null` is the end.',
  '11.2':
    'A key that is there during the whole listing is listed exactly once, whatever is written to other keys, or to itself, between the pages; a key that comes or goes meanwhile, at most once.',
  '11.3':
    'A cursor stays good for as long as one likes: after other writes, used again, when the key where the page ended is gone, when the store was closed and opened again (with a `durability`), and for another driver on the same store (where `shared`).',
  '11.4':
    'A cursor is for the query that it came from. In another scope, or with another prefix, it leads to nothing that the scope and the prefix would not give without it, or is refused with `INVALID_CURSOR`, as is what is no cursor.',
  '12.1':
    '`clear` removes all entries of its scope, and returns the usage that the scope had. To clear a scope that holds nothing is no error.',
  '12.2': 'It never reaches beyond its scope.',
  '12.3': 'What was cleared counts no more, neither for usage nor for a quota.',
  '13.1':
    'From `expiresAt` on an entry is absent, swept or not: to `get`, `list`, `usage`, `scopes`, `clear`, to checks, to the quota and to `createdAt`. Until the millisecond before, it is there.',
  '13.2':
    'An entry that is written with an `expiresAt` of the past is absent at once, and counts for nothing.',
  '13.3': 'To replace or delete an expired entry is like to write or delete one that is not there.',
  '14.1':
    '`sweep` frees the space of the entries of all scopes that expired at or before its `now`, and returns how many they were and how many bytes. What was swept is not swept again. A driver may free expired entries at other times too, with a write or a read, and a later sweep then counts only those that it finds.',
  '14.2':
    "It changes nothing that any other call can see. An entry that is alive by the driver's own clock stays, whatever time `sweep` is told.",
  '15.1':
    '`open` makes the store ready. To open twice, one after the other or at once, is to open once. If it rejects, the store is as it was, and it may be tried again.',
  '15.2':
    '`close` gives back all that `open` took. It lets the calls in flight end first, save uploads whose body has not ended, which it ends with `DRIVER_CLOSED`. It may be called twice, and before `open`. `await using` closes.',
  '15.3':
    'A call before `open` rejects with `DRIVER_NOT_OPEN`, one after `close` with `DRIVER_CLOSED`, `open` included.',
  '16.1':
    'A write that resolved survives what `durability` says: `none`, nothing; `process`, the end of the process, also by `kill -9`; `power-loss`, a cut of the power also.',
  '16.2':
    'What survives is all of it: entries with their metadata, usage, and what checks and quota go by. What was deleted or cleared stays gone.',
  '16.3':
    "Where `shared` is true, any number of drivers in any number of processes may have the store open at once, may open it for the first time at the same moment, and see each other's writes as 5.3 says.",
  '17.1':
    'Every call takes a signal and a deadline, and settles by them. Where the driver does not, its call is left behind.',
  '17.2':
    'A call whose signal was aborted before it began rejects with `ABORTED`, one whose deadline has passed with `DEADLINE_EXCEEDED`. Neither does anything.',
  '17.3':
    'A write that is aborted on its way resolves if it was applied, or rejects with `ABORTED` or `DEADLINE_EXCEEDED` if it certainly was not and will not be, or else with `OUTCOME_UNKNOWN`. A read gives its result or rejects.',
  '17.4': 'To abort one call leaves the others alone.',
  '18.1':
    "A call fails with a `HoldfastError` (or, for a mistake in the program, a `MisuseError`) whose code is in errors.md and whose `retryable` says whether the same call may succeed later. An error of the store's own is wrapped once: a read rejects with `DRIVER_FAILURE`, a write with `OUTCOME_UNKNOWN`, unless the driver knows better.",
  '18.2':
    'No error carries a stored value, one that was to be stored, or a secret: not in its message, its context, its cause or anything else that can be seen of it.',
  '18.3': 'An error ends one call. The driver goes on to serve.',
  '19.1': 'The capabilities of a driver are known before `open` and never change.',
  '19.2':
    'They are within the limits of core and of use: `maxValueBytes` from 64 KiB to 64 MiB, `maxCommitEntries` from 100 to 1,000, `maxCommitBytes` from `maxValueBytes` to 64 MiB, `maxStreamBytes` 0 or at least 64 MiB, `maxWatchedKeys` from 0 to 16.',
  '19.3':
    'They are true: a value of `maxValueBytes` is stored, and a commit of `maxCommitEntries` changes is applied.',
  '19.4':
    'Where `maxStreamBytes` is 0, `readStream` and `writeStream` reject with `UNSUPPORTED`; where `maxWatchedKeys` is 0, `watch` does.',
  '20.1':
    'A streamed value is a value like any other. It comes back as it was, at every length from 0 to `maxStreamBytes` and however its body was cut into pieces. It has the same metadata, is listed, counted, replaced, deleted, cleared and swept like a value given whole, and outlives its driver like one; up to `maxValueBytes` it is given whole by `get` and `list`. A value that was given whole may be read as a stream.',
  '20.2':
    'A range gives the bytes from its start up to, not including, its end, and beyond the end of the value those that there are. The metadata is that of the whole value. A range that ends before it starts, or is not of whole numbers from 0, is refused with `INVALID_ARGUMENT`.',
  '20.3':
    'Nobody sees anything of a value before its body has ended. Then it replaces the old one as a commit does, all at once.',
  '20.4':
    'An upload whose body fails is rejected with `BODY_FAILED`, one that gives something other than bytes with `WRONG_TYPE`, one of more than `maxStreamBytes` with `VALUE_TOO_LARGE`. These, and one that is refused or aborted, leave the old value and the usage as they were, and of the new value nothing, and tell the body to end.',
  '20.5':
    'The check and the quota of an upload are those of a commit, and judged when its body has ended: what counts is what is there then. A body that alone is more than the quota, and more than the plugin held when the upload began, is refused before its end.',
  '20.6': 'Of uploads of one key at once, the one that ends last is there, whole.',
  '20.7':
    'A reader has the value as it was when its stream was opened, to the last byte, whatever is written, deleted, cleared, expires or is swept meanwhile.',
  '20.8':
    "A body may use its buffer again as soon as it is asked for the next piece. A piece that is given out is a plain `Uint8Array` and a copy of the receiver's own.",
  '20.9': 'Other calls do not wait for a stream that is on its way.',
  '20.10':
    'A value of more than `maxValueBytes` is read as a stream alone. `get` refuses it with `VALUE_TOO_LARGE`; in a listing and a watch its value is `null`.',
  '20.11':
    'The signal of its call ends the body that is given out, which then throws `ABORTED`, and so does `close`, with `DRIVER_CLOSED`. The deadline is for the opening alone, and does not end the body. To stop reading early is no error.',
  '20.12':
    'An upload whose writer has not been heard of for `limits.uploadLeaseMs` is removed by the next sweep. If its writer is alive after all, it rejects with `UPLOAD_EXPIRED`, and the old value is as it was.',
  '21.1':
    'A watch begins with the keys as they are: one item for each, in the order asked, the entry with its value, or `null` where there is none.',
  '21.2':
    'After a change it yields the keys as they are then, and goes on to do so until the last change: by a put, a delete, a stream, a clear or an expiry, through whatever driver it was made.',
  '21.3':
    'Each state is of one moment, is no older than the one before, and differs from it. What happens to other keys and in other scopes yields nothing.',
  '21.4':
    'States between may be skipped. Whoever asks seldom is given at most one state that is no longer true before the newest, so that a slow consumer costs no memory.',
  '21.5':
    'A watch ends with its signal, without an error, and throws `DRIVER_CLOSED` when the driver is closed. To stop early is no error.',
  '21.6': 'More keys than `maxWatchedKeys` are refused with `INVALID_ARGUMENT`.',
} as const

/** The number of a promise: chapter, dot, place in the chapter. */
export type PromiseNumber = keyof typeof contractPromises
