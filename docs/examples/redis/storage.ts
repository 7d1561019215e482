import type { connectToRedis } from "./connection.ts"

type Connection = Awaited<ReturnType<typeof connectToRedis>>

/**
 * Where things are in Redis, and the changes that are to happen at one moment: each is a script, and Redis runs one at a time.
 *
 * - `tree`, a sorted set of the paths of all files, in the order of their bytes: a directory is a range of it;
 * - `versions`, a hash that gives each file's time in milliseconds and the number of the write that made it: `<time>-<number>`;
 * - `file:<path>`, the content of a file; `upload:<path>`, an upload that is not committed.
 *
 * The scripts make up the names of keys themselves, which only a Redis that is no cluster allows.
 */
const version = `
    local function version()
      local now = redis.call('TIME')
      local milliseconds = string.format('%d', now[1] * 1000 + math.floor(now[2] / 1000))
      return milliseconds .. '-' .. redis.call('INCR', 'writes')
    end`

const scripts = {
  /** Content from an upload, or as given. Gives 0 where the upload is gone. */
  store: `
    local path, from = ARGV[1], ARGV[2]
    if from == 'upload' then
      if redis.call('EXISTS', 'upload:' .. path) == 0 then return 0 end
      redis.call('RENAME', 'upload:' .. path, 'file:' .. path)
    else
      redis.call('SET', 'file:' .. path, ARGV[3])
    end
    redis.call('ZADD', 'tree', 0, path)
    redis.call('HSET', 'versions', path, version())
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

export class RedisStorage {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async put(path: string, content: Uint8Array): Promise<void> {
    await this.#run("store", path, "given", Buffer.from(content))
  }

  /** False where the upload is gone. */
  async commit(path: string): Promise<boolean> {
    return (await this.#run("store", path, "upload")) === 1
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

  async beginUpload(path: string): Promise<void> {
    await this.#connection.set(`upload:${path}`, "")
  }

  /** Bytes of the upload to a path; undefined where there is none. */
  async uploadSize(path: string): Promise<number | undefined> {
    const [there, size] = await Promise.all([
      this.#connection.exists(`upload:${path}`),
      this.#connection.strLen(`upload:${path}`),
    ])
    return there === 1 ? size : undefined
  }

  async append(path: string, chunk: Uint8Array): Promise<void> {
    await this.#connection.append(`upload:${path}`, Buffer.from(chunk))
  }

  async cancel(path: string): Promise<void> {
    await this.#connection.del(`upload:${path}`)
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
