import { randomUUID } from "node:crypto"
import type { connectToRedis } from "./connection.ts"

type Connection = Awaited<ReturnType<typeof connectToRedis>>

/**
 * Where things are in Redis, and the changes that are to happen at one moment: each is a script, and Redis runs one at a time.
 *
 * - `tree`, a sorted set of the paths of all files, in the order of their bytes: a directory is a range of it;
 * - `versions`, a hash that gives each file's time in milliseconds and the number of the write that made it: `<time>-<number>`;
 * - `file:<path>`, the content of a file; `upload:<path>`, an upload that is not committed, and `upload-id:<path>`, which tells it from
 *   others to the path: a writer says which one it goes on with, and from where, so that the bytes of two never mix.
 *
 * The scripts make up the names of keys themselves, which only a Redis that is no cluster allows.
 */
const version = `
    local function version()
      local now = redis.call('TIME')
      local milliseconds = string.format('%d', now[1] * 1000 + math.floor(now[2] / 1000))
      return milliseconds .. '-' .. redis.call('INCR', 'writes')
    end`

const note = `
    redis.call('ZADD', 'tree', 0, ARGV[1])
    redis.call('HSET', 'versions', ARGV[1], version())
    return 1`

const unlessAnother = `
    if redis.call('GET', 'upload-id:' .. ARGV[1]) ~= ARGV[2] then return 0 end
    if redis.call('STRLEN', 'upload:' .. ARGV[1]) ~= tonumber(ARGV[3]) then return 0 end`

/** Those of a writer give 0 where the upload is another one by now, or of another length. */
const scripts = {
  put: `
    redis.call('SET', 'file:' .. ARGV[1], ARGV[2])${note}`,
  begin: `
    redis.call('SET', 'upload:' .. ARGV[1], '')
    redis.call('SET', 'upload-id:' .. ARGV[1], ARGV[2])
    return 1`,
  /** Id and bytes of the upload; nothing where there is none. */
  find: `
    local id = redis.call('GET', 'upload-id:' .. ARGV[1])
    if not id then return {} end
    return {id, tostring(redis.call('STRLEN', 'upload:' .. ARGV[1]))}`,
  append: `${unlessAnother}
    redis.call('APPEND', 'upload:' .. ARGV[1], ARGV[4])
    return 1`,
  commit: `${unlessAnother}
    redis.call('RENAME', 'upload:' .. ARGV[1], 'file:' .. ARGV[1])
    redis.call('DEL', 'upload-id:' .. ARGV[1])${note}`,
  cancel: `${unlessAnother}
    redis.call('DEL', 'upload:' .. ARGV[1], 'upload-id:' .. ARGV[1])
    return 1`,
  /** Gives 0 where the source is missing. */
  move: `
    local source, destination = ARGV[1], ARGV[2]
    if redis.call('EXISTS', 'file:' .. source) == 0 then return 0 end
    if source == destination then return 1 end
    redis.call('RENAME', 'file:' .. source, 'file:' .. destination)
    redis.call('ZREM', 'tree', source)
    redis.call('ZADD', 'tree', 0, destination)
    redis.call('HDEL', 'versions', source)
    redis.call('HSET', 'versions', destination, version())
    return 1`,
  /** Removes a file and all below it; gives how many files that were. */
  remove: `
    local gone = redis.call('ZRANGE', 'tree', '[' .. ARGV[1] .. '/', '(' .. ARGV[1] .. '0', 'BYLEX')
    if redis.call('EXISTS', 'file:' .. ARGV[1]) == 1 then gone[#gone + 1] = ARGV[1] end
    for _, path in ipairs(gone) do
      redis.call('DEL', 'file:' .. path)
      redis.call('ZREM', 'tree', path)
      redis.call('HDEL', 'versions', path)
    end
    return #gone`,
  /** Size and version of a file; 'directory' where only others are below the path; nothing where nothing is. */
  look: `
    local found = redis.call('HGET', 'versions', ARGV[1])
    if found then return {tostring(redis.call('STRLEN', 'file:' .. ARGV[1])), found} end
    local below = redis.call('ZRANGE', 'tree', '[' .. ARGV[1] .. '/', '(' .. ARGV[1] .. '0', 'BYLEX', 'LIMIT', 0, 1)
    if #below > 0 then return {'directory'} end
    return {}`,
  /** Bytes of a file from one place to another; nothing where it is of another version. */
  read: `
    if redis.call('HGET', 'versions', ARGV[1]) ~= ARGV[2] then return false end
    return redis.call('GETRANGE', 'file:' .. ARGV[1], ARGV[3], ARGV[4])`,
  /** Paths directly below a directory ("" for the root): it jumps over all that is below one of them. */
  children: `
    local prefix, children, seen = ARGV[1] .. '/', {}, {}
    local from, to = '[' .. prefix, '(' .. ARGV[1] .. '0'
    while true do
      local found = redis.call('ZRANGE', 'tree', from, to, 'BYLEX', 'LIMIT', 0, 1)[1]
      if not found then return children end
      local child = prefix .. string.match(found, '^[^/]*', #prefix + 1)
      if not seen[child] then children[#children + 1] = child end
      seen[child] = true
      from = found == child and '(' .. child or '[' .. child .. '0'
    end`,
} as const

export interface FoundFile {
  readonly size: number
  readonly modTime: Date
  /** Another one after each write. */
  readonly version: string
}

/** An upload as a writer knows it. */
export interface Upload {
  readonly id: string
  /** Bytes. */
  readonly size: number
}

export class RedisStorage {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async put(path: string, content: Uint8Array): Promise<void> {
    await this.#run("put", path, Buffer.from(content))
  }

  /** False where the source is missing. */
  async move(source: string, destination: string): Promise<boolean> {
    return (await this.#run("move", source, destination)) === 1
  }

  /** False where nothing is. */
  async remove(path: string): Promise<boolean> {
    return (await this.#run("remove", path)) !== 0
  }

  /** A file, or that the path is a directory; undefined where nothing is. */
  async look(path: string): Promise<FoundFile | "directory" | undefined> {
    const [first, version = ""] = texts(await this.#run("look", path))
    if (first === undefined || first === "directory") return first
    return { size: Number(first), modTime: new Date(Number.parseInt(version, 10)), version }
  }

  async children(path: string): Promise<string[]> {
    return texts(await this.#run("children", path === "/" ? "" : path))
  }

  /** Bytes of a file from `start`, `length` of them or as many as there are; undefined where it is of that version no more. */
  async read(path: string, version: string, start: number, length: number): Promise<Buffer | undefined> {
    const bytes = await this.#run("read", path, version, String(start), String(start + length - 1))
    return Buffer.isBuffer(bytes) ? bytes : undefined
  }

  /** The whole file; undefined where there is none. */
  async readAll(path: string): Promise<Buffer | undefined> {
    return (await this.#connection.get(`file:${path}`)) ?? undefined
  }

  /** Begins an empty upload, in place of the one pending at the path. */
  async beginUpload(path: string): Promise<Upload> {
    const id = randomUUID()
    await this.#run("begin", path, id)
    return { id, size: 0 }
  }

  /** The upload pending at a path; undefined where there is none. */
  async findUpload(path: string): Promise<Upload | undefined> {
    const [id, size] = texts(await this.#run("find", path))
    return id === undefined ? undefined : { id, size: Number(size) }
  }

  /** False where another writer has gone on with the upload, or it is there no more. */
  async append(path: string, upload: Upload, chunk: Uint8Array): Promise<boolean> {
    return (await this.#run("append", path, upload.id, String(upload.size), Buffer.from(chunk))) === 1
  }

  /** As {@link append}. */
  async commit(path: string, upload: Upload): Promise<boolean> {
    return (await this.#run("commit", path, upload.id, String(upload.size))) === 1
  }

  /** Leaves an upload with which another writer has gone on. */
  async cancel(path: string, upload: Upload): Promise<void> {
    await this.#run("cancel", path, upload.id, String(upload.size))
  }

  close(): void {
    this.#connection.destroy()
  }

  #run(script: keyof typeof scripts, ...parts: (string | Buffer)[]): Promise<unknown> {
    return this.#connection.eval(`${version}\n${scripts[script]}`, { arguments: parts })
  }
}

function texts(reply: unknown): string[] {
  return Array.isArray(reply) ? reply.map(String) : []
}
