const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

export function isAccountName(value: string): boolean {
  return /^[a-z0-9]{3,24}$/.test(value)
}

export function isKey(value: string): boolean {
  return value !== "" && base64.test(value)
}

export function isServiceUrl(value: string): boolean {
  const url = URL.parse(value)
  if (url === null || !["http:", "https:"].includes(url.protocol)) return false
  return url.search === "" && url.hash === "" && url.username === "" && url.password === ""
}

/** What a connection string says, by the names of the parameters. */
export interface Connection {
  readonly accountname: string
  readonly accountkey: string
  readonly realm?: string
  readonly serviceurl?: string
}

/**
 * Reads a connection string of an account with its key: `AccountName=…;AccountKey=…;EndpointSuffix=…`, or with `BlobEndpoint=…`.
 *
 * @returns undefined where something is missing or wrong. Source: learn.microsoft.com, Configure Azure Storage connection strings
 */
export function parseConnectionString(connection: string): Connection | undefined {
  const settings = new Map<string, string>()
  for (const setting of connection.split(";")) {
    if (setting.trim() === "") continue
    const equals = setting.indexOf("=")
    if (equals < 1) return undefined
    settings.set(setting.slice(0, equals).trim().toLowerCase(), setting.slice(equals + 1).trim())
  }
  const accountname = settings.get("accountname") ?? ""
  const accountkey = settings.get("accountkey") ?? ""
  if (!isAccountName(accountname) || !isKey(accountkey)) return undefined
  const endpoint = settings.get("blobendpoint")?.replace(/\/+$/, "")
  if (endpoint !== undefined) return isServiceUrl(endpoint) ? { accountname, accountkey, serviceurl: endpoint } : undefined
  const realm = settings.get("endpointsuffix") ?? "core.windows.net"
  if (settings.get("defaultendpointsprotocol")?.toLowerCase() !== "http") return { accountname, accountkey, realm }
  return { accountname, accountkey, serviceurl: `http://${accountname}.blob.${realm}` }
}
