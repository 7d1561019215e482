import type { TokenCredential } from "@azure/identity"
import { StorageDriverError } from "../contract.ts"
import type { Credentials } from "./credentials.ts"
import { driverName, ServiceError } from "./errors.ts"
import type { AzureParameters } from "./parameters.ts"
import { withoutSecrets } from "./secrets.ts"

type TokenCredentials = Exclude<Credentials, { readonly type: "shared_key" }>

/** The package is loaded when the first token is needed: whoever has an account key need not have it. */
export function tokenCredential(credentials: TokenCredentials, { realm }: Pick<AzureParameters, "realm">): TokenCredential {
  let made: Promise<TokenCredential> | undefined
  return {
    async getToken(scopes, options) {
      made ??= load(credentials, realm)
      const credential = await made
      try {
        return await credential.getToken(scopes, options)
      } catch (error) {
        throw notSignedIn(credentials.type, error)
      }
    },
  }
}

async function load(credentials: TokenCredentials, realm: string): Promise<TokenCredential> {
  const { ClientSecretCredential, DefaultAzureCredential } = await importIdentity(credentials.type)
  const authorityHost = authorityHosts[realm]
  const options = authorityHost === undefined ? {} : { authorityHost }
  if (credentials.type === "default_credentials") return new DefaultAzureCredential(options)
  return new ClientSecretCredential(credentials.tenantid, credentials.clientid, credentials.secret, options)
}

/** The package's own errors do not say whose they are, and those of a chain of credentials have many lines. */
function notSignedIn(type: string, error: unknown): ServiceError {
  const { message, status, errorCode } = ServiceError.from(error)
  const reason = error instanceof Error ? withoutSecrets(error.message).replaceAll(/\s*\n\s*/g, " ") : message
  return new ServiceError({ message: `signing in with credentials of type ${type} failed: ${reason}`, status, errorCode })
}

/** National clouds have sign-ins of their own. */
const authorityHosts: Readonly<Record<string, string>> = {
  "core.chinacloudapi.cn": "https://login.chinacloudapi.cn",
  "core.usgovcloudapi.net": "https://login.microsoftonline.us",
}

/** @throws StorageDriverError that says what to install, where the package is not there */
export async function importIdentity(type: string): Promise<typeof import("@azure/identity")> {
  try {
    return await import("@azure/identity")
  } catch (cause) {
    const message = `${driverName}: credentials of type ${type} need the package @azure/identity: npm install @azure/identity`
    throw new StorageDriverError({ driverName, path: "/", message, cause })
  }
}
