/** A file that only grows: every resolved append is on disk. */
import { constants } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from './durable-file.ts'

/** Lines that may wait for the disk. More than that means that the disk has stopped. */
const waitingLinesMax = 8192
/** One line: an outcome with all its evidence takes a few KiB. */
const lineBytesMax = 1024 * 1024

interface Waiting {
  readonly bytes: Buffer
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** What is used of a file; a test puts a failing disk in its place. */
export type Disk = Pick<FileHandle, 'write' | 'datasync' | 'close'>

/** Which file it is, whatever its path leads to by now. */
export interface FilePlace {
  readonly dev: number
  readonly ino: number
}

/**
 * Opens the file for appending, 0600, and makes its directory, 0700. A last line that a crash has
 * torn is closed, so that it spoils no other. Rejects where the file cannot be opened, or `admit`,
 * which is asked with its descriptor before anything is written, rejects.
 */
export const openAppendFile = async (
  file: string,
  admit: (fd: number) => Promise<void> = async () => await Promise.resolve(),
): Promise<AppendFile> => {
  const directory = dirname(file)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT
  const handle = await open(file, flags, 0o600)
  try {
    const stats = await handle.stat()
    const { size, dev, ino } = stats
    if (!stats.isFile()) throw new Error(`${file} is not a regular file`)
    await admit(handle.fd)
    const last = Buffer.alloc(1)
    if (size > 0) await handle.read(last, 0, 1, size - 1)
    if (size > 0 && last.toString() !== '\n') await handle.write('\n')
    await handle.sync()
    await syncFolder(directory)
    return new AppendFile(handle, { dev, ino })
  } catch (error) {
    await handle.close()
    throw error
  }
}

/**
 * Group commit: lines that arrive while the disk is busy share the next write and the next sync.
 * An append neither resolves nor rejects while the disk hangs: the caller waits within its budget.
 */
export class AppendFile {
  readonly place: FilePlace
  readonly #disk: Disk
  #waiting: Waiting[] = []
  #working: Promise<void> | undefined
  #torn = false

  constructor(disk: Disk, place: FilePlace = { dev: 0, ino: 0 }) {
    this.#disk = disk
    this.place = place
  }

  /** Resolves when the line is on disk. The line ends with its newline and holds no other. */
  async append(line: string): Promise<void> {
    const bytes = Buffer.from(line)
    if (bytes.length > lineBytesMax) throw new Error(`a line of ${bytes.length} bytes is too long`)
    if (this.#waiting.length >= waitingLinesMax) throw new Error('too many lines wait for the disk')
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ bytes, resolve, reject })
      this.#working ??= this.#work()
    })
  }

  /** Waits for what was appended, then closes. */
  async close(): Promise<void> {
    await this.#working
    await this.#disk.close()
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      const failure = await this.#commit(batch).then(() => undefined, asError)
      for (const { resolve, reject } of batch) {
        if (failure === undefined) resolve()
        else reject(failure)
      }
    }
    this.#working = undefined
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const lines = batch.map(({ bytes }) => bytes)
    // What an earlier failed write left behind is closed before the next line.
    const bytes = Buffer.concat(this.#torn ? [Buffer.from('\n'), ...lines] : lines)
    this.#torn = true
    const { bytesWritten } = await this.#disk.write(bytes, 0, bytes.length, null)
    if (bytesWritten !== bytes.length) {
      throw new Error(`short write: ${bytesWritten} of ${bytes.length} bytes`)
    }
    this.#torn = false
    await this.#disk.datasync()
  }
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error('the disk failed', { cause: error })
